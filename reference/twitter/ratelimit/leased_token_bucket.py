"""A token bucket for hot keys: each process takes tokens from Redis in blocks and spends them without a round trip.

What is out on lease counts against the capacity until it is spent, brought back or expired, so that any t seconds see at most
capacity + rate·t, whatever the number of processes. The price: a process that sits on a block keeps others from it for `lease_s`.
The lease is Gray & Cheriton's (SOSP 1989); YouTube's Doorman leases capacity in the same way.
"""

from __future__ import annotations

import os
import secrets
import threading
from typing import Any

from reference.twitter.clock import NS_PER_S, Clock, SystemClock
from reference.twitter.errors import InvalidInput, require_int
from reference.twitter.ratelimit.algorithm import LONGEST_S, MARGIN_MS, MARGIN_ON_INJECTED_TIME_MS, MOST, require_number
from reference.twitter.ratelimit.calls import lua, run
from reference.twitter.ratelimit.decision import US_PER_S, Decision

MOST_KEYS = 10_000  # in one process; beyond it those whose lease has ended are forgotten
DRIFT = 0.99  # a lease ends earlier here than in Redis, even if this machine's clock runs 1 % slow


class _Purse:
    """What this process holds of one key. Times are the monotonic clock's, ns; `refused` is the least cost known to be refused."""

    __slots__ = ("ends_ns", "full_ns", "holder", "lock", "refused", "refused_until_ns", "tokens")

    def __init__(self) -> None:
        self.lock, self.holder = threading.Lock(), secrets.token_hex(8)
        self.tokens, self.ends_ns, self.full_ns = 0, 0, 0.0
        self.refused, self.refused_until_ns = 0, 0


class LeasedTokenBucket:
    """`acquire` as TokenBucket's, answered in process as long as the block lasts. Thread-safe; safe after a fork.

    `block`: tokens taken at once (default: a tenth of the capacity); with P processes P·block should stay below the capacity.
    `lease_s`: how long unspent tokens are kept from others (default: as long as a block takes to refill, 0.1 to 10 s).
    A refusal is remembered until tokens can have come back, so refusing is as cheap as admitting.
    `Decision.remaining` counts this process's own tokens. `close()` brings unspent tokens back.
    """

    def __init__(
        self,
        redis: Any,
        capacity: int,
        refill_per_s: float,
        clock: Clock | None = None,
        *,
        block: int | None = None,
        lease_s: float | None = None,
        namespace: str = "ratelimit",
    ) -> None:
        self.redis, self.clock = redis, clock
        self.limit = self.capacity = require_int("capacity", capacity, 1, MOST)
        self.refill_per_s = require_number("refill_per_s", refill_per_s, self.capacity / LONGEST_S, MOST)
        self.block = require_int("block", max(1, self.capacity // 10) if block is None else block, 1, self.capacity)
        default_s = min(10.0, max(0.1, self.block / self.refill_per_s))
        self.lease_s = require_number("lease_s", default_s if lease_s is None else lease_s, 0.001, 3600)
        if not namespace:
            raise InvalidInput("namespace must not be empty")
        self._prefix = f"{namespace}:leased:"
        self._refill_ns = NS_PER_S / self.refill_per_s
        self._monotonic_ns = (clock or SystemClock()).monotonic_ns
        self._begin()

    def _begin(self) -> None:
        """Empty-handed: a child process must not spend what its parent holds."""
        self._pid = os.getpid()
        self._purses: dict[str, _Purse] = {}
        self._making = threading.Lock()

    def acquire(self, key: str, cost: int = 1, peek: bool = False) -> Decision:
        """As `TokenBucket.acquire`; a round trip only when the block is spent or its lease has ended. Raises the same."""
        if type(cost) is not int or not 0 <= cost <= self.limit:
            cost = require_int("cost", cost, 0, self.limit)
        if os.getpid() != self._pid:
            self._begin()
        purse = self._purses.get(key) or self._new_purse(key)
        with purse.lock:
            now_ns = self._monotonic_ns()
            if now_ns >= purse.ends_ns:
                purse.tokens = 0
            if purse.tokens < cost and not (purse.refused <= cost and now_ns < purse.refused_until_ns):
                now_ns = self._fetch(key, purse, cost)
            full_ns = purse.full_ns if purse.full_ns > now_ns else now_ns
            if purse.tokens >= cost:
                if not peek:
                    purse.tokens -= cost
                    purse.full_ns = full_ns = full_ns + cost * self._refill_ns
                return Decision(True, self.limit, purse.tokens, 0.0, (full_ns - now_ns) / NS_PER_S)
            retry_s = max(0, purse.refused_until_ns - now_ns) / NS_PER_S + (cost - purse.refused) / self.refill_per_s
            return Decision(False, self.limit, purse.tokens, retry_s, (full_ns - now_ns) / NS_PER_S)

    def _fetch(self, key: str, purse: _Purse, cost: int) -> int:
        """Take a block, and once more if the answer took longer than its lease: others have those tokens by then. The time it is now."""
        for _ in range(2):
            self._take(key, purse, cost)
            if (now_ns := self._monotonic_ns()) < purse.ends_ns:
                break
            purse.tokens = 0
        return now_ns

    def _take(self, key: str, purse: _Purse, cost: int) -> None:
        """Bring back what is left and take a block that covers `cost`; without one, remember until when it is refused."""
        sent_ns = self._monotonic_ns()
        back, purse.tokens = purse.tokens, 0  # first: if the answer is lost, Redis may have them already
        granted, _left, retry_us, full_us = self._exchange(key, purse, back, cost)
        purse.tokens = granted
        purse.ends_ns = sent_ns + int(self.lease_s * DRIFT * NS_PER_S)
        now_ns = self._monotonic_ns()
        purse.full_ns = now_ns + max(0, full_us * 1000 - granted * self._refill_ns)
        purse.refused, purse.refused_until_ns = (cost, now_ns + retry_us * 1000) if granted < cost else (0, 0)

    def _exchange(self, key: str, purse: _Purse, back: int, least: int) -> list[int]:
        now = "" if self.clock is None else self.clock.now_ns() // 1000
        margin = MARGIN_MS if self.clock is None else MARGIN_ON_INJECTED_TIME_MS
        rate, lease_us = repr(self.refill_per_s / US_PER_S), round(self.lease_s * US_PER_S)
        args = [now, margin, self.capacity, rate, purse.holder, back, least, max(self.block, least), lease_us]
        return run(self.redis, lua("lease_tokens.lua"), [self._prefix + key], args)

    def _new_purse(self, key: str) -> _Purse:
        if type(key) is not str or not key:
            raise InvalidInput(f"key must be a non-empty string, not {key!r}")
        with self._making:
            if len(self._purses) >= MOST_KEYS:
                now_ns = self._monotonic_ns()
                ended = [name for name, purse in self._purses.items() if purse.ends_ns <= now_ns]
                for name in ended:
                    del self._purses[name]
            return self._purses.setdefault(key, _Purse())

    def close(self) -> None:
        """Bring every unspent token back; the bucket may go on being used."""
        for key, purse in list(self._purses.items()):
            with purse.lock:
                if purse.tokens and self._monotonic_ns() < purse.ends_ns:
                    self._exchange(key, purse, purse.tokens, 0)
                purse.tokens, purse.ends_ns = 0, 0
