"""Words that the contract of ids lacks: what each law tries, and its hints for the order of the bits that is asked for here."""

from __future__ import annotations

from dataclasses import replace

from reference.contracts import Report
from reference.contracts.ids_promise import START_MS
from reference.contracts.report import Failure

IN_THIS_ORDER = {
    "worker bits hold the worker id": {
        "hint": "Here the worker number stands lowest and the sequence above it: `time << (sequence_bits + worker_bits) | sequence << "
        "worker_bits | worker_id`. Twitter's order is the other one. Only the last few bits are wrong? Then whole numbers and shifts only: "
        "a float has 53 bits."
    },
    "a worker id out of range is refused": {
        "why": "A worker number that does not fit spills into the sequence above it: two machines then make the same ids."
    },
    "the sequence counts every id of a millisecond": {
        "hint": "The sequence begins right above the worker bits: each next id of a millisecond is 2^worker_bits larger. Whole numbers and "
        "shifts only: a float has 53 bits."
    },
    "worker bits survive when the sequence is spent": {"hint": "Compare the sequence with its largest value before composing; then wait."},
    "a spent sequence waits for the next millisecond": {"why": "A burst that spends a millisecond is a good day, not an error."},
}

GIVEN = {
    "ids are positive and fit 63 bits": "a worker's first ten ids",
    "ids increase strictly": "five ids each, with the clock 0, 1, 2, 4, 9 and 1,009 ms on",
    "timestamp bits count milliseconds": "ids 1, 10, 1,000 and 86,400,000 ms after the first",
    "the epoch is the promised one": f"a clock at {START_MS:,} ms since 1970",
    "worker bits hold the worker id": "workers 0, 1, 7 and the largest that fits",
    "a worker id out of range is refused": "workers -1 and 2^bits",
    "the sequence counts every id of a millisecond": "one id after the other, while the clock stands still",
    "the sequence restarts at 0 in each millisecond": "some ids in each of three milliseconds",
    "worker bits survive when the sequence is spent": "worker 0, and two ids more than the sequence holds, while the clock stands still",
    "a spent sequence waits for the next millisecond": "one id more than the sequence holds; the clock moves when one sleeps or reads on",
    "no id repeats or falls when the clock steps back a little": "three ids, the clock 1, 2 or 5 ms back, then on, with ids all the while",
    "a large step back is an error": "three ids, then the clock an hour back",
    "back at the old millisecond the sequence goes on": "two ids, the clock an hour back and an attempt, the clock as before, an id",
    "threads never get the same id or an error": "two threads; one stands still when it has read the clock, the other takes three ids",
    "a clock before the epoch is an error": "a clock one second before the epoch",
    "the end of the timestamp bits is an error": "the last millisecond that the bits can count, and the one after it",
    "times that fit are taken and others refused": "clocks at the epoch and at the end of the bits",
    "worker ids far out of range are refused too": "workers -5 and three times 2^bits",
    "a step back during the wait brings no id twice": "three ids more than the sequence holds; the clock steps 3 ms back during the wait",
    "a wandering clock never brings an id twice": "a clock that moves between -4 and +5 ms by dice, with ids all the while",
}


def with_given(report: Report) -> Report:
    """`report`, with what was tried where a law of ids does not say so itself."""

    def told(failure: Failure) -> Failure:
        return failure if failure.given else replace(failure, given=GIVEN.get(failure.behaviour, ""))

    return replace(report, failures=tuple(map(told, report.failures)))
