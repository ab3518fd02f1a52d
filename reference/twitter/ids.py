"""Snowflake ids: unique without coordination, ordered by time, 63 bits.

After Twitter's IdWorker (2010). The layout is data (`snowflake_layout`), the worker id is given or leased (`worker_lease`),
and here is the generator: what happens when the sequence is spent, the clock steps back, or the bits run out.
"""

from __future__ import annotations

import os
import threading
import weakref
from typing import TYPE_CHECKING, Any

from reference.twitter.clock import NS_PER_MS, NS_PER_S, Clock, SystemClock
from reference.twitter.errors import ClockMovedBackwards, IdSpaceExhausted, LeaseLost, require, require_int
from reference.twitter.snowflake_layout import DISCORD, INSTAGRAM, TWITTER, SnowflakeLayout, SnowflakeParts
from reference.twitter.worker_lease import WorkerLease

if TYPE_CHECKING:
    import numpy as np

__all__ = ["DISCORD", "INSTAGRAM", "TWITTER", "SnowflakeGenerator", "SnowflakeLayout", "SnowflakeParts", "WorkerLease"]

BATCH_MS = 16  # milliseconds of ids that a batch reserves at a time: it holds the lock no longer than that
BEFORE_ALL_TIME_MS = -(1 << 62)


class SnowflakeGenerator:
    """Strictly increasing, unique ids of one worker. Thread-safe; `next_id` and `batch` may be mixed.

    `worker_id`: 0 … layout.max_worker_id, or None with a `lease` that holds one (a lease serves one generator).
    `max_backwards_ms`: a clock that steps back by at most this much is waited out, further is ClockMovedBackwards
    (0: never wait, as Twitter did). Either way nothing is lost: back at the old millisecond the sequence goes on.
    `lease_again`: take a new worker id when the lease is lost, instead of stopping (an idle process loses it).
    Raises InvalidInput for a worker id out of range.
    """

    __slots__ = ("__weakref__", "_clock", "_end", "_generation", "_last_ms", "_lock", "_ms", "_next", "_now_ns", "_prefix",
                 "_shift", "layout", "lease", "lease_again", "max_backwards_ms", "worker_id")  # fmt: skip

    def __init__(
        self,
        worker_id: int | None = None,
        layout: SnowflakeLayout = TWITTER,
        clock: Clock | None = None,
        *,
        max_backwards_ms: int = 10,
        lease: WorkerLease | None = None,
        lease_again: bool = False,
    ) -> None:
        self.layout, self.lease, self.lease_again = layout, lease, lease_again
        self.max_backwards_ms = require_int("max_backwards_ms", max_backwards_ms, 0)
        self._clock = clock or SystemClock()
        self._now_ns = self._clock.now_ns  # bound once: the fast path pays for every lookup
        self._shift = layout.timestamp_shift
        self._last_ms = layout.last_bigint_ms
        self._lock = threading.Lock()
        self._ms = BEFORE_ALL_TIME_MS  # the millisecond in use; its ids run from _next up to, not including, _end
        self._next = self._end = 0
        if lease is not None:
            require(worker_id in (None, lease.worker_id), f"worker_id must be the lease's {lease.worker_id}, not {worker_id}")
            worker_id = self._follow_lease(lease)
            _leased.add(self)
        self._bind(worker_id)

    @classmethod
    def leased(
        cls, redis: Any, namespace: str, layout: SnowflakeLayout = TWITTER, clock: Clock | None = None, *,
        ttl_ms: int = 30_000, max_backwards_ms: int = 10, lease_again: bool = False,
    ) -> SnowflakeGenerator:  # fmt: skip
        """A generator whose worker id is leased from Redis; `close()` gives it back. Unavailable when all are held."""
        lease = WorkerLease(redis, namespace, clock, worker_bits=layout.worker_bits, ttl_ms=ttl_ms, max_wait_ms=max_backwards_ms)
        lease.acquire()
        return cls(None, layout, clock, max_backwards_ms=max_backwards_ms, lease=lease, lease_again=lease_again)

    def next_id(self) -> int:
        """One id, larger than all before. O(1); waits when the millisecond's sequence is spent or the clock stepped back a little.

        Raises ClockMovedBackwards, LeaseLost, IdSpaceExhausted (beyond the layout's last millisecond), InvalidInput
        (before its epoch). After an error no state has changed and a later call may succeed.
        """
        with self._lock:
            ms = self._now_ns() // 1_000_000
            new = self._next
            if ms == self._ms and new < self._end:
                self._next = new + 1
                return new
            return self._next_slowly(ms)

    def batch(self, n: int) -> np.ndarray:
        """`n` ids, increasing, as an (n,) int64 array; raises as `next_id` does, and ids already made in that call are skipped.

        Fills whole milliseconds and returns when the last of them has begun, so it reaches the protocol's limit
        (4.096 M ids/s at 12 bits) and never issues a time that has not come. O(n).
        """
        import numpy as np

        require_int("n", n, 0)
        ids = np.empty(n, dtype=np.int64)
        since_ms = self._now_ns() // NS_PER_MS
        done = 0
        while done < n:
            with self._lock:
                done += self._fill(ids[done:], since_ms)
        return ids

    def close(self) -> None:
        """Stop for good, and give a leased worker id back. Harmless when called twice; without a lease it does nothing."""
        with self._lock:
            if self.lease is None:
                return
            self.lease_again = False
            self._end = self._next
            self.lease.release(max(self._ms + 1, 0))

    def __enter__(self) -> SnowflakeGenerator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _bind(self, worker_id: object) -> None:
        self.worker_id = require_int("worker_id", worker_id, 0, self.layout.max_worker_id)
        self._prefix = self.worker_id << self.layout.worker_shift

    def _follow_lease(self, lease: WorkerLease) -> int:
        """Begin a new millisecond, not before the lease's floor; its worker id."""
        self._generation = lease.generation
        self._ms = max(self._ms, lease.floor_ms - 1)
        self._end = self._next
        return lease.worker_id

    def _next_slowly(self, ms: int) -> int:
        """A new millisecond, or a reason to wait. The lock is held."""
        ms = self._permit(self._wait(ms))
        if ms != self._ms:
            self._begin(ms)
        new = self._next
        self._next = new + 1
        return new

    def _wait(self, ms: int) -> int:
        """The first reading, from `ms` on, in which an id can be had; ClockMovedBackwards if the clock is too far back."""
        while True:
            spent = self._next >= self._end
            wanted = self._ms + 1 if spent else self._ms
            if ms >= wanted:
                return ms
            if self._ms - ms > self.max_backwards_ms:
                raise ClockMovedBackwards(
                    f"the clock stands {self._ms - ms} ms before the last id's millisecond {self._ms}; "
                    f"at most {self.max_backwards_ms} ms are waited out"
                )
            ms = self._sleep_until(wanted)

    def _sleep_until(self, ms: int) -> int:
        """Sleep once towards millisecond `ms`; the reading afterwards, which may be early or stepped."""
        missing_ns = ms * NS_PER_MS - self._now_ns()
        if missing_ns > 0:
            self._clock.sleep(missing_ns / NS_PER_S)
        return self._now_ns() // NS_PER_MS

    def _permit(self, ms: int) -> int:
        """`ms` if layout and lease allow its use (a new lease may demand a later one); raises otherwise, state untouched."""
        if ms > self._last_ms:
            raise IdSpaceExhausted(f"{ms} ms does not fit into the layout: its last millisecond is {self._last_ms}")
        self.layout.require_ms(ms)
        if self.lease is None or self._lease_covers(self.lease, ms):
            return ms
        return self._permit(self._wait(self._now_ns() // NS_PER_MS))

    def _lease_covers(self, lease: WorkerLease, ms: int) -> bool:
        """True if ids of `ms`, and of a batch that begins there, may be issued; False if a new lease has just been taken up."""
        try:
            lease.check(ms + BATCH_MS)
        except LeaseLost:
            self._end = self._next  # not even the rest of the current millisecond
            if not self.lease_again:
                raise
            lease.acquire()
        if lease.generation == self._generation:
            return True
        self._bind(self._follow_lease(lease))
        return False

    def _begin(self, ms: int) -> None:
        self._next = (ms - self.layout.epoch_ms) << self._shift | self._prefix
        self._end = self._next + self.layout.max_sequence + 1
        self._ms = ms

    def _fill(self, room: np.ndarray, since_ms: int) -> int:
        """Fill the head of `room` with what is left of this millisecond or up to BATCH_MS later ones; how many. The lock is held.

        Milliseconds that passed since the call began (`since_ms`) are used up rather than lost.
        """
        import numpy as np

        ms = self._permit(self._wait(self._now_ns() // NS_PER_MS))
        if ms == self._ms:
            count = min(room.size, self._end - self._next)
            room[:count] = np.arange(self._next, self._next + count)
            self._next += count
            return count
        first = max(min(since_ms, ms), self._ms + 1, self.layout.epoch_ms)
        per_ms = self.layout.max_sequence + 1
        whole = min(BATCH_MS, -(-room.size // per_ms))
        last = min(first + whole - 1, self._last_ms)
        count = min(room.size, (last - first + 1) * per_ms)
        index = np.arange(count)
        base = (first - self.layout.epoch_ms) << self._shift | self._prefix
        room[:count] = base + (index // per_ms << self._shift) + index % per_ms
        self._settle(last, int(room[count - 1]))
        return count

    def _settle(self, last_ms: int, last_id: int) -> None:
        """Wait until `last_ms` has begun, then stand behind `last_id`."""
        while (now_ms := self._now_ns() // NS_PER_MS) < last_ms:
            if last_ms - now_ms > BATCH_MS + self.max_backwards_ms:
                raise ClockMovedBackwards(f"the clock stepped back to {now_ms} ms while a batch waited for {last_ms}")
            self._sleep_until(last_ms)
        self._begin(last_ms)
        self._next = last_id + 1


_leased: weakref.WeakSet[SnowflakeGenerator] = weakref.WeakSet()


def _stop_after_fork() -> None:
    """A forked child has a copy of its parent's worker id; only the parent holds it."""
    for generator in _leased:
        generator._lock = threading.Lock()
        generator._end = generator._next
        if generator.lease is not None:
            generator.lease.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_stop_after_fork)
