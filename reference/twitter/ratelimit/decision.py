"""What a rate limiter answers."""

from __future__ import annotations

from typing import NamedTuple

US_PER_S = 1_000_000


class Decision(NamedTuple):
    """One decision. True in a condition exactly when `allowed`: a tuple would always be.

    `limit`: the capacity (or what a window admits); `remaining`: how many more calls of cost 1 would be admitted right now;
    `retry_after_s`: the shortest wait after which the same call succeeds if nobody else comes (0 when allowed);
    `reset_after_s`: the wait after which the whole limit is there again. Seconds, exact to the microsecond.
    """

    allowed: bool
    limit: int
    remaining: int
    retry_after_s: float
    reset_after_s: float

    def __bool__(self) -> bool:
        return self.allowed
