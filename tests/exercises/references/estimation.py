"""The reference's availability, as near to the exercise as it goes: it knows no common cause, no quorum, and months of 30.44 days."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from reference.estimation.availability import downtime, parallel, serial


def _share(plan: Any) -> float:
    if not isinstance(plan, tuple):
        return float(plan)
    shares = [_share(each) for each in plan if isinstance(each, float | tuple)]
    return serial(*shares) if plan[0] == "all" else parallel(shares[0], len(shares))


def _downtime(variant: SimpleNamespace) -> Callable[[Any], float]:
    """`period_min` of the variant in the reference's own minutes, so that only the mechanism differs."""
    return lambda plan: downtime(_share(plan), "day") / 1_440 * variant.period_min


REFERENCES = {"estimation-downtime": _downtime}
