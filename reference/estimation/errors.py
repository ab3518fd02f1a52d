"""What the estimate refuses, always naming the value and what it should be. A family of its own: this package stands alone."""

from __future__ import annotations


class EstimationError(ValueError):
    """A number, formula, scenario or file of data that means nothing; nothing was computed from it."""


class UnitMismatch(EstimationError):
    """Two quantities of different kinds: tweets/s and bytes do not add."""


class UnknownName(EstimationError, LookupError):
    """No design, claim, input or quantity of that name; the message lists those that there are."""


def require(condition: bool, message: str) -> None:
    """Raise EstimationError(message) unless `condition`."""
    if not condition:
        raise EstimationError(message)
