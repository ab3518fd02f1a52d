"""Laws of ids at the edges of their ranges, where a comparison is off by one, and of a clock that steps back in the middle of a wait."""

from __future__ import annotations

from functools import partial

from reference.contracts import Broken, Contract
from reference.contracts.contract_clock import ContractClock
from reference.contracts.ids_promise import START_MS, Judged, Promise, increasing, refused, unique

DAY_MS, A_MOMENT_MS = 86_400_000, 5_000

edges: Contract[Promise] = Contract("ids at the edges")


@edges.behaviour(
    why="Tests, replays and simulations move the clock; what reads the machine's own cannot be tried on a bad day.",
    hint="Read `clock.now_ns()`, of the clock that `__init__` was given, and wait on it. `time` is not needed.",
)
def time_comes_from_the_clock_that_was_handed_over(promise: Promise) -> None:
    today, tomorrow = (promise.ticks(promise.begin(ms=START_MS + later_ms).next_id()) for later_ms in (0, DAY_MS))
    if abs(tomorrow - today) < A_MOMENT_MS:
        got = f"ids {tomorrow - today} ms apart"
        raise Broken("ids a day apart", got, given="two generators, the clock of the second a day ahead")


@edges.behaviour(
    why="The epoch is the first moment that the bits can hold, and their last is 2^bits - 1: each comparison is off by one somewhere.",
    hint="A time of 0 ms since the epoch fits; -1 does not. So 0 <= since_epoch_ms < 2^timestamp_bits, and nothing tighter or looser.",
)
def times_that_fit_are_taken_and_others_refused(promise: Promise) -> None:
    for ms in (promise.epoch_ms, promise.epoch_ms + 1, promise.last_ms - 1000):
        answer = promise.begin(ms=ms).attempt()
        if isinstance(answer, Exception):
            raise Broken("an id", f"{type(answer).__name__}: {answer}", given=_since(promise, ms))
    for ms in (promise.epoch_ms - 1, promise.last_ms + 1, promise.last_ms + 86_400_000):
        refused(promise.begin(ms=ms).next_id, f"an error for a clock at {_since(promise, ms)}")


def _since(promise: Promise, ms: int) -> str:
    return f"{ms - promise.epoch_ms:,} ms since the epoch, with {promise.timestamp_bits} bits of time"


@edges.behaviour(
    why="A wrong number in a configuration is rarely wrong by one.",
    hint="Compare with < and >=, not with the one value that comes to mind: 0 <= worker_id < 2^worker_bits.",
)
def worker_ids_far_out_of_range_are_refused_too(promise: Promise) -> None:
    for worker_id in (-5, 3 << promise.worker_bits):
        refused(partial(_first_id, promise, worker_id), f"an error for worker id {worker_id}")


def _first_id(promise: Promise, worker_id: int) -> int:
    return promise.begin(worker_id).next_id()


class SteppingClock(ContractClock):
    """Steps back while somebody sleeps on it, once."""

    def __init__(self, step_ms: int) -> None:
        super().__init__()
        self.step_ms = step_ms

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.step_ms:
            self.at_ms(self.ms - self.step_ms)
            self.step_ms = 0


@edges.behaviour(
    why="The clock does not wait with you: NTP may step it in the middle of a wait, and it then shows an earlier millisecond.",
    hint="Wait while the reading is not above the last millisecond used, `while ms <= last_ms`, and not only while it is the same.",
)
def a_step_back_during_the_wait_brings_no_id_twice(promise: Promise) -> None:
    clock = SteppingClock(step_ms=3)
    clock.at_ms(START_MS)
    judged = Judged(promise.factory(7, clock), clock)
    for _ in range(promise.per_ms + 3):
        judged.attempt()
    unique(judged.ids)
    increasing(judged.ids)
