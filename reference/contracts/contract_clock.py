"""A clock for judging code: it moves when told to, when slept on, and when somebody spins on it."""

from __future__ import annotations

import threading

from reference.twitter.clock import NS_PER_MS, ManualClock

PATIENCE = 64  # readings of one call before the clock takes it for a busy wait


class ContractClock(ManualClock):
    """A ManualClock on which a busy wait ends: after PATIENCE readings in one call each further one moves 0.1 ms on.

    `fresh_call()` begins the count anew. `hold_next_reading_of(thread)` parks that thread right after its next reading
    for at most `hold_s`, or until `let_go()`: the moment in which code without a lock goes wrong.
    """

    def __init__(self, start_s: float = 1_700_000_000, hold_s: float = 2.0) -> None:
        super().__init__(start_s)
        self.hold_s = hold_s
        self.holding, self._released = threading.Event(), threading.Event()
        self._readings = 0
        self._held_thread: threading.Thread | None = None

    def fresh_call(self) -> None:
        self._readings = 0

    def at_ms(self, ms: int) -> None:
        """Put wall time in the middle of Unix millisecond `ms`, where no rounding matters."""
        with self._lock:
            self._now_ns = ms * NS_PER_MS + NS_PER_MS // 2

    @property
    def ms(self) -> int:
        return self._now_ns // NS_PER_MS

    def now_ns(self) -> int:
        self._readings += 1
        if self._readings > PATIENCE:
            self.advance(0.0001)
        reading = self._now_ns
        if threading.current_thread() is self._held_thread:
            self._held_thread = None
            self.holding.set()
            self._released.wait(self.hold_s)
        return reading

    def now(self) -> float:
        return self.now_ns() / 1_000_000_000

    def hold_next_reading_of(self, thread: threading.Thread) -> None:
        self._held_thread = thread

    def let_go(self) -> None:
        self._released.set()
