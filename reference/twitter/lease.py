"""A lease in Redis: at most one live holder, expiry instead of trust, a fencing token that only grows.

Gray & Cheriton, "Leases" (SOSP 1989); the fencing token as in Kleppmann, "How to do distributed locking" (2016).
A holder that may have been paused must compare `valid()` before it acts; what it writes elsewhere carries `token`.
"""

from __future__ import annotations

import secrets
from typing import Any

from reference.twitter.backend import script
from reference.twitter.clock import NS_PER_MS, Clock
from reference.twitter.errors import LeaseLost, require_int


class Lease:
    """One attempt to hold `key` for `ttl_ms`. Not thread-safe by itself: one owner renews it.

    The holder counts its time from *before* the request was sent, on the monotonic clock, so that it always thinks the
    lease shorter than Redis does. `token` (int, grows with each acquisition of this key) fences late writes.
    """

    def __init__(self, redis: Any, key: str, clock: Clock, ttl_ms: int = 10_000) -> None:
        self.redis, self.key, self.clock = redis, key, clock
        self.ttl_ms = require_int("ttl_ms", ttl_ms, 1)
        self.token = 0
        self._secret = secrets.token_hex(8)
        self._valid_until_ns = 0

    def acquire(self) -> bool:
        """Take the lease if nobody holds it; True when this object holds it now."""
        sent = self.clock.monotonic_ns()
        # The two keys share a slot: the counter's tag is the lease's own key (or its tag).
        token = script("lease_acquire.lua").run(self.redis, [self.key, _counter_key(self.key)], [self._secret, self.ttl_ms])
        if not token:
            return False
        self.token = int(token)
        self._valid_until_ns = sent + self.ttl_ms * NS_PER_MS
        return True

    def renew(self) -> None:
        """Extend by a full `ttl_ms`; LeaseLost if it expired or has another holder."""
        sent = self.clock.monotonic_ns()
        if not script("lease_renew.lua").run(self.redis, [self.key], [self.holder, self.ttl_ms]):
            self._valid_until_ns = 0
            raise LeaseLost(f"lease {self.key} expired or was taken over")
        self._valid_until_ns = sent + self.ttl_ms * NS_PER_MS

    def release(self) -> None:
        """Give it back if it is still ours; harmless otherwise."""
        self._valid_until_ns = 0
        script("lease_release.lua").run(self.redis, [self.key], [self.holder])

    def valid(self) -> bool:
        """False once this holder can no longer be sure; no round trip."""
        return self.clock.monotonic_ns() < self._valid_until_ns

    def remaining_ms(self) -> int:
        """Milliseconds for which the lease surely holds (0 when lost)."""
        return max(0, (self._valid_until_ns - self.clock.monotonic_ns()) // NS_PER_MS)

    @property
    def holder(self) -> str:
        """The value that stands in Redis while this object holds the lease: `token:secret`."""
        return f"{self.token}:{self._secret}"


def _counter_key(key: str) -> str:
    return f"{key}:token" if "{" in key else f"{{{key}}}:token"
