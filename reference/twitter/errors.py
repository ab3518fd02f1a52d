"""Every error that the system raises on purpose: one root, each naming the value and the allowed range.

`http_status` is the one place where an error meets HTTP; the API layer reads it and nothing else.
"""

from __future__ import annotations

from typing import Any


class TwitterError(Exception):
    """Root of all deliberate errors. `http_status`: what an HTTP face answers."""

    http_status = 500


class InvalidInput(TwitterError, ValueError):
    """The caller's value is outside the allowed range; nothing was changed."""

    http_status = 400


class NotFound(TwitterError, LookupError):
    """No such user, tweet or edge."""

    http_status = 404


class Forbidden(TwitterError, PermissionError):
    """The caller may not do this (deleting another's tweet, say)."""

    http_status = 403


class Conflict(TwitterError):
    """The request contradicts what is stored (a username that is taken)."""

    http_status = 409


class RateLimited(TwitterError):
    """Too many calls; nothing was changed. `verdict` (a ratelimit.Verdict): which limit refused, the wait, the headers."""

    http_status = 429

    def __init__(self, message: str, verdict: Any = None) -> None:
        super().__init__(message)
        self.verdict = verdict


class Unavailable(TwitterError):
    """A backend cannot be reached or refuses service; retrying later may help."""

    http_status = 503


class WriteCollision(Unavailable):
    """Two transactions wrote the same rows at once and this one was rolled back: nothing was changed, run it again."""


class ClockMovedBackwards(Unavailable):
    """The clock stepped back further than the generator is allowed to wait out."""


class LeaseLost(Unavailable):
    """A lease expired or was taken over: its holder must stop at once."""


class IdSpaceExhausted(TwitterError):
    """The layout's timestamp bits cannot hold the current time."""


def require(condition: bool, message: str) -> None:
    """Raise InvalidInput(message) unless `condition`. Keeps guards to one line."""
    if not condition:
        raise InvalidInput(message)


def require_int(name: str, value: object, low: int, high: int | None = None) -> int:
    """`value` as int within [low, high] (high None: unbounded); InvalidInput names value and range."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise InvalidInput(f"{name} must be a whole number, not {value!r}")
    number = value.__index__()
    if number < low or (high is not None and number > high):
        allowed = f">= {low}" if high is None else f"{low} … {high}"
        raise InvalidInput(f"{name} must be {allowed}, not {number}")
    return number
