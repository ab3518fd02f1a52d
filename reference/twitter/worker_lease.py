"""A worker id leased from Redis, with the stretch of time for which ids may be made under it.

A lease alone cannot keep ids unique: a holder may be paused between its check and its issue, the next holder's clock may
run behind. So each holder first writes a *ceiling* into Redis and issues only milliseconds below it; the next holder of
the same worker id begins at that ceiling. Stretches of time never overlap, whatever the clocks and pauses do.
One thing is not covered: a Redis that loses its memory, or fails over to a replica that lagged, forgets leases and
ceilings; after that wait `ttl_ms` before new workers start.
"""

from __future__ import annotations

import threading
from typing import Any

from reference.twitter.backend import script
from reference.twitter.clock import NS_PER_MS, Clock, SystemClock
from reference.twitter.errors import LeaseLost, Unavailable, require_int
from reference.twitter.lease import Lease

MIN_TTL_MS = 100


class WorkerLease:
    """Holds one worker id of 0 … 2^worker_bits − 1, which no other live process holds. Thread-safe.

    `acquire()` finds a free one; `check(ms)` is what a generator asks before it issues ids of millisecond `ms`, and renews
    when less than two thirds of `ttl_ms` remain (no thread of its own); `release()` gives it back.
    `max_wait_ms`: how far into the future (by this clock) the previous holder's ceiling may lie; else another id is taken.
    """

    def __init__(
        self, redis: Any, namespace: str, clock: Clock | None = None, *, worker_bits: int = 10, ttl_ms: int = 30_000, max_wait_ms: int = 10
    ) -> None:
        self.redis, self.namespace, self.clock = redis, namespace, clock or SystemClock()
        self.workers = 1 << require_int("worker_bits", worker_bits, 0, 20)
        self.ttl_ms = require_int("ttl_ms", ttl_ms, MIN_TTL_MS)
        self.max_wait_ms = require_int("max_wait_ms", max_wait_ms, 0)
        self.worker_id = -1  # none yet
        self.floor_ms = 0  # the first millisecond that this holder may use
        self.until_ms = 0  # the ceiling: the first millisecond that it may not
        self.generation = 0  # grows with every acquisition, so that a generator notices a new one
        self._lease: Lease | None = None
        self._retry_at_ns = 0
        self._lock = threading.RLock()

    @property
    def held(self) -> bool:
        """True while this process can be sure that the worker id is its own; no round trip."""
        return self._lease is not None and self._lease.valid()

    def acquire(self) -> int:
        """Take a free worker id, as a new lease, and return it; what was held before is given up.

        Two round trips when the first candidate is free, which a shared cursor makes likely; O(worker ids) at worst.
        Raises Unavailable when all are held.
        """
        with self._lock:
            self.release()
            start = int(self.redis.incr(f"{self.namespace}:workers:cursor"))
            for step in range(self.workers):
                if self._try((start + step) % self.workers):
                    return self.worker_id
        raise Unavailable(f"all {self.workers} worker ids of {self.namespace!r} are held: none of 0 … {self.workers - 1} is free")

    def check(self, ms: int) -> None:
        """Return if ids of Unix millisecond `ms` may be issued, renewing when it is time; LeaseLost otherwise.

        A Redis that does not answer is borne while the lease surely holds, then it is Unavailable.
        """
        lease = self._lease
        if lease is not None and ms < self.until_ms and lease.remaining_ms() * 3 >= self.ttl_ms * 2:
            return
        with self._lock:
            if self._covers(ms) and self.clock.monotonic_ns() < self._retry_at_ns:
                return
            try:
                self._extend(ms)
            except LeaseLost:
                raise
            except Exception as error:
                self._bear(ms, error)

    def renew(self) -> None:
        """Extend by a full `ttl_ms` now; LeaseLost if the worker id expired or went to another."""
        with self._lock:
            self._extend(0)

    def release(self, used_until_ms: int | None = None) -> None:
        """Give the worker id back; harmless when it is not held.

        `used_until_ms`: the first millisecond of which no id was issued; the next holder then begins there and need not
        wait for this one's ceiling. Pass it only if no further id can come.
        """
        with self._lock:
            lease, self._lease = self._lease, None
            if lease is None:
                return
            if used_until_ms is not None:
                script("worker_ceiling.lua").run(self.redis, self._keys(self.worker_id), [lease.holder, max(used_until_ms, self.floor_ms)])
            lease.release()

    def forget(self) -> None:
        """Stop without a word to Redis: what a forked child does with its parent's lease."""
        self._lock = threading.RLock()
        self._lease = None

    def _keys(self, worker_id: int) -> list[str]:
        """Lease and ceiling of a worker id; the braces put both (and the fencing counter) into one slot of a cluster."""
        lease = f"{self.namespace}:worker:{{{worker_id}}}"
        return [lease, f"{lease}:until"]

    def _try(self, worker_id: int) -> bool:
        """Take `worker_id` if it is free and its ceiling is not far ahead of our clock."""
        lease_key, ceiling_key = self._keys(worker_id)
        lease = Lease(self.redis, lease_key, self.clock, self.ttl_ms)
        if not lease.acquire():
            return False
        floor_ms = int(self.redis.get(ceiling_key) or 0)
        if floor_ms > self._now_ms() + self.max_wait_ms:
            lease.release()
            return False
        self.until_ms = 0  # first: who checks meanwhile must wait for the new ceiling
        self._lease, self.worker_id, self.floor_ms = lease, worker_id, floor_ms
        self.generation += 1
        try:
            self._reserve(floor_ms)
        except LeaseLost:  # paused for longer than the ttl just now: another has it already
            self._lease = None
        return self._lease is not None

    def _extend(self, ms: int) -> None:
        if self._lease is None:
            raise LeaseLost(f"no worker id of {self.namespace!r} is held: acquire one")
        try:
            self._lease.renew()
            self._reserve(ms)
        except LeaseLost as lost:
            self._lease = None
            raise LeaseLost(f"worker id {self.worker_id} of {self.namespace!r} expired or was taken over: acquire a new one") from lost

    def _reserve(self, ms: int) -> None:
        """Raise the ceiling before anything below it is issued. The holder is compared, so a late write changes nothing."""
        assert self._lease is not None
        until_ms = max(self.until_ms, max(self._now_ms(), ms) + self.ttl_ms)
        if not script("worker_ceiling.lua").run(self.redis, self._keys(self.worker_id), [self._lease.holder, until_ms]):
            raise LeaseLost(f"worker id {self.worker_id} was taken over")
        self.until_ms = until_ms

    def _covers(self, ms: int) -> bool:
        return self.held and ms < self.until_ms

    def _bear(self, ms: int, error: Exception) -> None:
        """Redis failed: go on while the lease surely holds, and do not ask again at once."""
        if not self._covers(ms):
            raise Unavailable(f"worker id {self.worker_id} of {self.namespace!r} cannot be renewed: {error}") from error
        self._retry_at_ns = self.clock.monotonic_ns() + self.ttl_ms * NS_PER_MS // 20

    def _now_ms(self) -> int:
        return self.clock.now_ns() // NS_PER_MS
