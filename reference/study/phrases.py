"""Assumptions as one says them to a learner: what is counted bare, what is measured with its unit."""

from __future__ import annotations

from reference.estimation.numbers import human, parse_number
from reference.estimation.scenario import assumptions
from reference.estimation.units import said

_COUNTED = {"", "users", "copies", "deliveries/tweet", "follows/user", "tweets/timeline"}
"""Units that repeat what the assumption says: "followers of the largest account: 100 M"."""


def unit_of(name: str) -> str:
    """The unit to show beside the assumption `name`; "" where what it says is enough (that a millisecond is a core's, too)."""
    unit = str(assumptions()[name]["unit"])
    return "" if unit in _COUNTED else unit.removeprefix("core*")


def say(name: str, value: float) -> str:
    """The value of the assumption `name` in words: "100 M", "99.95 %", "400 B/tweet"."""
    return said(value, unit_of(name))


def written(value: float) -> str:
    """A number as one would type it, so that `parse_number` gives back exactly this: "200 M", "99.95"."""
    short = human(value)
    return short if parse_number(short) == value else f"{value:,.12g}"
