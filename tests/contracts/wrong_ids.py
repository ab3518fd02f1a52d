"""Generators of ids that are wrong in one way each (published ones: in several). The contract must name the mistake."""

from __future__ import annotations

import threading
from typing import Any

from reference.lab.id_lessons import EPOCH_OF_E_MS as DESIGN_E_EPOCH_MS
from reference.lab.id_lessons import PublishedC as DesignC
from reference.lab.id_lessons import PublishedE as DesignE

__all__ = ["DESIGN_E_EPOCH_MS", "DesignC", "DesignE"]

EPOCH_MS = 1_288_834_974_657


class Sound:
    """The textbook class with nothing wrong, except that it is slow. The others change one line of it."""

    epoch_ms = EPOCH_MS

    def __init__(self, worker_id: int, clock: Any) -> None:
        if not 0 <= worker_id <= 1023:
            raise ValueError(f"worker_id must be 0 … 1023, not {worker_id}")
        self.worker_id, self.clock = worker_id, clock
        self.last_ms, self.sequence = -1, 0
        self.lock: Any = threading.Lock()

    def next_id(self) -> int | None:
        with self.lock:
            return self._next(self.read_ms())

    def read_ms(self) -> int:
        return self.clock.now_ns() // 1_000_000

    def _next(self, now_ms: int) -> int | None:
        if now_ms < self.last_ms:
            self.on_step_back(now_ms)
        if now_ms == self.last_ms:
            self.sequence += 1
            if self.sequence > 4095:
                return self.on_spent(now_ms)
        else:
            self.on_new_ms()
        self.last_ms = now_ms
        return self.checked(now_ms)

    def on_step_back(self, now_ms: int) -> None:
        raise RuntimeError(f"clock moved backwards by {self.last_ms - now_ms} ms")

    def on_spent(self, now_ms: int) -> int | None:
        while now_ms <= self.last_ms:
            now_ms = self.read_ms()
        self.last_ms, self.sequence = now_ms, 0
        return self.checked(now_ms)

    def on_new_ms(self) -> None:
        self.sequence = 0

    def checked(self, now_ms: int) -> int:
        if not 0 <= now_ms - self.epoch_ms < 1 << 41:
            raise OverflowError(f"{now_ms} ms does not fit")
        return self.compose(now_ms)

    def compose(self, now_ms: int) -> int:
        return (now_ms - self.epoch_ms) << 22 | self.worker_id << 12 | self.sequence


class NoLock(Sound):
    def next_id(self) -> int | None:
        return self._next(self.read_ms())


class IgnoresClockBack(Sound):
    def on_step_back(self, now_ms: int) -> None:
        pass


class ResetsTheSequenceOnClockBack(Sound):
    def on_step_back(self, now_ms: int) -> None:
        self.sequence = -1
        super().on_step_back(now_ms)


class WaitsOutEverything(Sound):
    def _next(self, now_ms: int) -> int | None:
        if now_ms < self.last_ms:
            self.clock.sleep((self.last_ms - now_ms) / 1000)
        return super()._next(self.read_ms())


class OverflowsIntoTheWorker(Sound):
    def on_spent(self, now_ms: int) -> int | None:
        return (now_ms - self.epoch_ms << 22) + (self.worker_id << 12) + self.sequence


class WrapsTheSequence(Sound):
    def on_spent(self, now_ms: int) -> int | None:
        self.sequence = 0
        return self.compose(now_ms)


class NeverResetsTheSequence(Sound):
    def on_new_ms(self) -> None:
        self.sequence = (self.sequence + 1) & 4095


class ReturnsNoneWhenSpent(Sound):
    def on_spent(self, now_ms: int) -> int | None:
        self.sequence = 4095
        return None


class BorrowsFromTheFuture(Sound):
    def _next(self, now_ms: int) -> int | None:
        return super()._next(self.last_ms if now_ms == self.last_ms - 1 else now_ms)

    def on_spent(self, now_ms: int) -> int | None:
        self.last_ms, self.sequence = now_ms + 1, 0
        return self.checked(self.last_ms)


class Seconds(Sound):
    epoch_ms = EPOCH_MS // 1000

    def read_ms(self) -> int:
        return self.clock.now_ns() // 1_000_000_000


class WrongEpoch(Sound):
    epoch_ms = 0

    def checked(self, now_ms: int) -> int:
        super().checked(now_ms)
        if now_ms < EPOCH_MS or now_ms >= EPOCH_MS + (1 << 41):
            raise OverflowError(f"{now_ms} ms does not fit")
        return self.compose(now_ms)


class Floats(Sound):
    def compose(self, now_ms: int) -> int:
        return int((now_ms - self.epoch_ms) * 2.0**22 + self.worker_id * 2.0**12 + self.sequence)


class AnswersFloats(Sound):
    def compose(self, now_ms: int) -> Any:
        return float(super().compose(now_ms))


class WorkerBitsBelow(Sound):
    def compose(self, now_ms: int) -> int:
        return (now_ms - self.epoch_ms) << 22 | self.sequence << 10 | self.worker_id


class UncheckedWorker(Sound):
    def __init__(self, worker_id: int, clock: Any) -> None:
        super().__init__(0, clock)
        self.worker_id = worker_id


class BatchFromTheFuture(Sound):
    def batch(self, n: int) -> list[int]:
        with self.lock:
            first_ms = max(self.read_ms(), self.last_ms + 1)
            ids = [(first_ms + i // 4096 - self.epoch_ms) << 22 | self.worker_id << 12 | i % 4096 for i in range(n)]
            self.last_ms, self.sequence = first_ms + (n - 1) // 4096, (n - 1) % 4096
            return ids


class BatchForgetsItsState(Sound):
    def batch(self, n: int) -> list[int]:
        state = self.last_ms, self.sequence
        ids = [self.next_id() for _ in range(n)]
        self.last_ms, self.sequence = state
        return ids  # type: ignore[return-value]
