"""Numbers that an answer returns, compared within rounding, with the slip behind a wrong one named."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from typing import Any

from reference.contracts import Broken
from reference.estimation.misconceptions import misconception, misconceptions
from reference.study.answers import plain

ROUNDING = 1e-6
NOTHING = 1e-9


def near(expected: float, got: Any, given: str, slips: Mapping[str, float] | None = None, unit: str = "") -> None:
    """Raise Broken unless `got` is `expected` but for rounding. slips: sentence, or name of misconceptions.toml → what it computes.

    The first slip that explains `got` is the hint; of a slip that happens to give the right value nothing is said.
    """
    value = plain(got)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise Broken("a number", repr(got)[:160], given=given)
    if alike(float(value), expected):
        return
    raise Broken(_said(expected, unit), _said(float(value), unit), slip_of(float(value), slips or {}), given)


def slip_of(value: float, slips: Mapping[str, float]) -> str | None:
    """What the first slip says that computes `value`; None if none does."""
    name = next((name for name, slip in slips.items() if math.isclose(value, slip, rel_tol=NOTHING)), None)
    return misconception(name).says if name is not None and name in misconceptions() else name


def alike(one: float, other: float) -> bool:
    """Equal but for rounding."""
    return math.isclose(one, other, rel_tol=ROUNDING, abs_tol=NOTHING)


def _said(value: float, unit: str) -> str:
    return f"{value:,.9g} {unit}".strip()
