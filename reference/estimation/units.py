"""Quantities with units, by pint: tweets, requests, users, bytes (decimal and binary), time, money.

The registry is our own (units.txt) and small: what an estimate counts are dimensions of their own, and nothing else is known.
pint is imported when the first quantity is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from reference.estimation.errors import EstimationError, UnitMismatch
from reference.estimation.formulas import evaluate
from reference.estimation.numbers import human

DEFINITIONS = Path(__file__).with_name("units.txt")
_TIMES = {"s": 1, "min": 60, "h": 3_600, "day": 86_400}


@cache
def registry() -> Any:
    """The pint registry of the course; one for all, since quantities of two registries do not mix."""
    import pint

    return pint.UnitRegistry(str(DEFINITIONS), autoconvert_to_preferred=False)


def quantity(value: Any, unit: str = "") -> Any:
    """`value` (a number or a numpy array) in `unit` ("tweets/day", "KiB", "USD/month"; "" is a pure number) as a pint quantity.

    Raises EstimationError for a unit that units.txt does not define.
    """
    return registry().Quantity(value, _unit(unit))


def in_unit(amount: Any, unit: str) -> Any:
    """The plain number (or array) that `amount` is in `unit`. Raises UnitMismatch naming both kinds."""
    import pint

    try:
        return registry().Quantity(amount).to(_unit(unit)).magnitude
    except pint.DimensionalityError as error:
        raise UnitMismatch(f"{amount.units or 'a pure number'} is not {unit or 'a pure number'}: {_kinds(error)}") from error


def solve(formula: str, inputs: Mapping[str, Any]) -> Any:
    """The quantity that `formula` gives over quantities. Raises UnitMismatch where it adds or compares different kinds."""
    import pint

    try:
        return evaluate(formula, inputs, functions())
    except EstimationError as error:
        if isinstance(wrong := error.__cause__, pint.DimensionalityError):
            what = f"{wrong.units1} and {wrong.units2} are different kinds and do not add"
            raise UnitMismatch(f"formula {formula!r}: {what} ({_kinds(wrong)})") from wrong
        raise


@cache
def functions() -> Mapping[str, Any]:
    """What formulas over quantities may call, on one number or on an array of them: ceil, min, max, power (of pure numbers), up_to."""
    import numpy as np

    def ceil(amount: Any) -> Any:
        """Up to the next whole one, in the unit it stands in: half a server is a server."""
        amount = amount.to_root_units() if hasattr(amount, "to_root_units") else amount
        return np.ceil(amount - 1e-9 * amount)

    def power(base: Any, exponent: Any) -> Any:
        return quantity(np.power(in_unit(base, ""), in_unit(exponent, "")))

    def up_to(limit: Any, amount: Any, then: Any, otherwise: Any) -> Any:
        """`then` while `amount` is at most `limit`, `otherwise` beyond."""
        within = np.where(in_unit(amount / limit, "") <= 1, 1.0, 0.0)
        return within * then + (1 - within) * otherwise

    return {"ceil": ceil, "min": _smaller, "max": _larger, "power": power, "up_to": up_to}


def _smaller(first: Any, second: Any) -> Any:
    import numpy as np

    return np.minimum(first, second)


def _larger(first: Any, second: Any) -> Any:
    import numpy as np

    return np.maximum(first, second)


def spoken(amount: Any, unit: str) -> str:
    """ "5,787 tweets/s", "29.2 TB": a quantity as one says it, in `unit`."""
    return said(float(in_unit(amount, unit)), unit)


def said(value: float, unit: str) -> str:
    """A plain number and its unit in words."""
    return " ".join(part for part in scaled(value, unit) if part)


def scaled(value: float, unit: str) -> tuple[str, str]:
    """Three significant figures and the unit to read them in: bytes get the decimal prefix that fits, availabilities their nines."""
    if unit == "bytes" or unit.startswith("bytes/"):
        return _bytes(value, unit.removeprefix("bytes"))
    if unit == "%" and 90 < value < 100:
        return f"{value:.6g}", unit
    return human(value), unit


def _bytes(value: float, per: str) -> tuple[str, str]:
    for power, name in ((1e18, "EB"), (1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if abs(value) >= 0.9995 * power:
            return (f"{value / power:,.3g}" if abs(value) < 999.5 * power else f"{value / power:,.0f}"), name + per
    return f"{value:,.4g}", "B" + per


@cache
def _unit(unit: str) -> Any:
    import pint

    try:
        return registry().Unit(unit or "dimensionless")
    except (pint.UndefinedUnitError, ValueError, AssertionError) as error:
        raise EstimationError(f"no unit {unit!r}; units.txt defines what an estimate counts") from error


def _kinds(error: Any) -> str:
    return f"{error.dim1 or 'no dimension'} and {error.dim2 or 'no dimension'}"
