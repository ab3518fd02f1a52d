"""What the five algorithms share: checked parameters, one key, one script, one round trip, a Decision.

Time is the Redis server's unless a clock is given (tests, simulations): clients whose clocks disagree then share one truth.
A clock that steps back credits nothing twice: limits hold, and refill begins again where it had been.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import repeat
from typing import Any, ClassVar

from reference.twitter.clock import Clock
from reference.twitter.errors import InvalidInput, require, require_int
from reference.twitter.ratelimit.calls import lua, run, run_many
from reference.twitter.ratelimit.decision import US_PER_S, Decision

MOST = 10**9  # capacity; with it tokens stay exact to 1e-7
LONGEST_S = 400 * 86_400  # from empty to full
MARGIN_MS = 1_000  # state outlives its use by this much: an expiry that is rounded down forgets a debt
MARGIN_ON_INJECTED_TIME_MS = 600_000  # Redis expires keys by its own clock, while an injected one may stand still


class Algorithm:
    """One limit over any number of keys. Thread-safe; instances in other processes with the same parameters share the state.

    `limit`: the most at once; `window_s`: in which so many come back. `namespace`: stands before every key.
    Memory: one short string for each active key (the log: one entry for each unit admitted in a window).
    """

    script: ClassVar[str]  # the .lua file
    kind: ClassVar[str]  # stands in the key, so that two algorithms never read each other's state

    def __init__(self, redis: Any, limit: int, arguments: list[Any], clock: Clock | None, namespace: str) -> None:
        require(isinstance(namespace, str) and bool(namespace), f"namespace must be a non-empty string, not {namespace!r}")
        self.redis, self.limit, self.clock = redis, limit, clock
        self._prefix = f"{namespace}:{self.kind}:"
        self._lua = lua(self.script)
        self._margin = str(MARGIN_MS if clock is None else MARGIN_ON_INJECTED_TIME_MS)
        self._arguments = [str(value) for value in arguments]

    def acquire(self, key: str, cost: int = 1, peek: bool = False) -> Decision:
        """Admit `cost` units for `key`, all or none; `peek`: say what would happen and take nothing (so does cost 0).

        InvalidInput for an empty key or a cost outside 0 … limit; Unavailable when Redis does not answer.
        One round trip; O(1), for the log O(cost + entries that leave the window).
        """
        return self._decision(run(self.redis, self._lua, [self._key(key)], self._argv(cost, peek)))

    def acquire_many(self, keys: Iterable[str], cost: int | Iterable[int] = 1, peek: bool = False) -> list[Decision]:
        """One decision for each key, in order, each for itself, in one round trip. `cost`: one for all, or one for each."""
        keys = list(keys)
        costs = repeat(cost, len(keys)) if isinstance(cost, int) else list(cost)
        calls = [([self._key(key)], self._argv(each, peek)) for key, each in zip(keys, costs, strict=True)]
        return [self._decision(reply) for reply in run_many(self.redis, self._lua, calls)]

    def peek(self, key: str) -> Decision:
        """What a call of cost 1 would be answered, without taking anything."""
        return self.acquire(key, peek=True)

    def forget(self, key: str) -> None:
        """Drop the state of `key`: its whole limit is there again."""
        self.redis.unlink(self._key(key))

    def _argv(self, cost: int, peek: bool) -> list[Any]:
        if type(cost) is not int or not 0 <= cost <= self.limit:
            cost = require_int("cost", cost, 0, self.limit)
        now = "" if self.clock is None else self.clock.now_ns() // 1000
        return [now, "0" if peek else "1", self._margin, cost, *self._arguments]

    def _key(self, key: str) -> str:
        if type(key) is not str or not key:
            raise InvalidInput(f"key must be a non-empty string, not {key!r}")
        return self._prefix + key

    def _decision(self, reply: list[int]) -> Decision:
        allowed, remaining, retry_us, reset_us = reply
        return Decision(allowed == 1, self.limit, remaining, retry_us / US_PER_S, reset_us / US_PER_S)


class BucketAlgorithm(Algorithm):
    """A limit that fills up continuously: `capacity` (whole number) at once, `refill_per_s` (a float: 0.0278 is 100 an hour)."""

    most_per_s: ClassVar[float] = MOST

    def __init__(self, redis: Any, capacity: int, refill_per_s: float, clock: Clock | None = None, *, namespace: str = "ratelimit") -> None:
        self.capacity = require_int("capacity", capacity, 1, MOST)
        self.refill_per_s = require_number("refill_per_s", refill_per_s, self.capacity / LONGEST_S, self.most_per_s)
        super().__init__(redis, self.capacity, [self.capacity, self.pace()], clock, namespace)

    def pace(self) -> str:
        """The refill as the script wants it."""
        raise NotImplementedError


class WindowAlgorithm(Algorithm):
    """A limit on windows: `limit` (whole number) for each `window_s` (seconds, a millisecond to 400 days)."""

    def __init__(self, redis: Any, limit: int, window_s: float, clock: Clock | None = None, *, namespace: str = "ratelimit") -> None:
        limit = require_int("limit", limit, 1, MOST)
        window_us = round(require_number("window_s", window_s, 0.001, LONGEST_S) * US_PER_S)
        self.window_s = window_us / US_PER_S
        super().__init__(redis, limit, [limit, window_us], clock, namespace)


def require_number(name: str, value: Any, low: float, high: float) -> float:
    """`value` as a finite float within [low, high]; InvalidInput names value and range."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not low <= value <= high:
        raise InvalidInput(f"{name} must be a number from {low:g} to {high:g}, not {value!r}")
    return float(value)
