"""Laws of ids for bad days: the clock steps back, threads meet, time runs out. `ids` joins them to the others."""

from __future__ import annotations

import threading
from typing import Any

from reference.contracts.ids_promise import START_MS, Judged, Promise, as_id, equal, increasing, refused, unique
from reference.contracts.report import Broken, Contract, describe

HOUR_MS = 3_600_000
LONG_WAIT_MS = 60_000  # a server that waits a minute for its clock is down

contract: Contract[Promise] = Contract("ids in trouble")


def _step_back(promise: Promise, step_ms: int) -> tuple[Judged, list[int | Exception]]:
    """Three ids, a step back, four attempts there."""
    judged = promise.begin()
    judged.take(3)
    judged.clock.at_ms(START_MS - step_ms)
    return judged, [judged.attempt() for _ in range(4)]


@contract.behaviour(
    why="Clocks are stepped back: by NTP when they are far off, when a virtual machine moves, by hand. A repeated id overwrites a tweet.",
    hint="Compare the clock with the last millisecond used: if it is behind, wait (a little) or raise an error; never go back with it.",
)
def no_id_repeats_or_falls_when_the_clock_steps_back_a_little(promise: Promise) -> None:
    for step_ms in (1, 2, 5):
        judged, _ = _step_back(promise, step_ms)
        for ms in range(START_MS - step_ms, START_MS + 3):
            judged.clock.at_ms(max(ms, judged.clock.ms))
            judged.attempt()
        unique(judged.ids)
        increasing(judged.ids)


@contract.behaviour(
    why="Waiting an hour for the clock is an outage that nobody sees; ids from an hour ago are worse.",
    hint="Beyond a small step raise an error (ClockMovedBackwards) at once, so that the load balancer can leave this worker out.",
)
def a_large_step_back_is_an_error(promise: Promise) -> None:
    judged, answers = _step_back(promise, HOUR_MS)
    waited_ms = judged.clock.ms - (START_MS - HOUR_MS)
    for answer in answers:
        if isinstance(answer, int):
            got = f"an id after waiting {waited_ms / 60_000:.0f} min" if waited_ms > LONG_WAIT_MS else f"the id {answer}"
            raise Broken("an error while the clock is an hour behind", got)


@contract.behaviour(
    why="An error must not change what comes next: a sequence that was reset gives the same ids again when the clock recovers.",
    hint="Raise before touching any state. Twitter's 2010 specification asks for the sequences 0, 1, error, 2.",
)
def back_at_the_old_millisecond_the_sequence_goes_on(promise: Promise) -> None:
    judged = promise.begin()
    first, second = judged.take(2)
    judged.clock.at_ms(START_MS - HOUR_MS)
    answer = judged.attempt()
    if isinstance(answer, int):
        return  # another law judges that
    judged.clock.at_ms(START_MS)
    third = judged.next_id()
    unique([first, second, third])
    equal("the next sequence", promise.sequence(second) + 1, promise.sequence(third))
    increasing([first, second, third])


@contract.behaviour(
    why="A server has threads. Two of them inside the generator at once make the same id, or an error out of nothing.",
    hint="Take one lock around reading the clock, counting and composing; a reading made outside is stale when it is used.",
)
def threads_never_get_the_same_id_or_an_error(promise: Promise) -> None:
    """One thread is parked right after it read the clock; the other goes on, into the next milliseconds."""
    judged = promise.begin()
    judged.take(2)
    answers: list[Any] = []

    def call(times: int, step_ms: int) -> None:
        for _ in range(times):
            try:
                judged.clock.fresh_call()
                answers.append(judged.generator.next_id())
            except Exception as error:
                answers.append(error)
            judged.clock.advance(step_ms / 1000)

    slow = threading.Thread(target=call, args=(1, 0), daemon=True)
    quick = threading.Thread(target=call, args=(3, 1), daemon=True)
    judged.clock.hold_next_reading_of(slow)
    slow.start()
    judged.clock.holding.wait(1)
    quick.start()
    quick.join(0.3)  # without a lock it is long done; with one it waits for the other
    judged.clock.let_go()
    for thread in (slow, quick):
        thread.join(2)
    if len(answers) < 4:
        raise Broken("four ids from two threads", f"{len(answers)}: a thread is stuck")
    _judge_threads(promise, judged.ids, answers)


def _judge_threads(promise: Promise, before: list[int], answers: list[Any]) -> None:
    """All of them ids, none twice, none below those from before the threads started."""
    no_lock = next(each.hint for each in contract if each.check is threads_never_get_the_same_id_or_an_error)
    for answer in answers:
        if answer is None or isinstance(answer, Exception):
            got = "None" if answer is None else describe(answer)
            raise Broken("an id for each thread, since the clock only moved forward", got, no_lock)
    ids = [as_id(answer) for answer in answers]
    unique(before + ids)
    increasing([max(before), min(ids)])


@contract.behaviour(
    why="Before the epoch the timestamp is negative, and so is the id.",
    hint="Raise an error when the clock stands before the epoch.",
)
def a_clock_before_the_epoch_is_an_error(promise: Promise) -> None:
    refused(lambda: promise.begin(ms=promise.epoch_ms - 1000).next_id(), "an error one second before the epoch")


@contract.behaviour(
    why="One millisecond beyond the last the id needs a 64th bit: it turns negative in a BIGINT and sorts before everything.",
    hint="Compare the timestamp with 2^timestamp_bits - 1 and raise an error beyond it.",
)
def the_end_of_the_timestamp_bits_is_an_error(promise: Promise) -> None:
    last = promise.begin(ms=promise.last_ms)
    answer = last.attempt()
    if isinstance(answer, int):  # the very last millisecond may be used or refused
        equal("decoded milliseconds", promise.last_ms, promise.ms(answer))
    refused(lambda: promise.begin(ms=promise.last_ms + 1).next_id(), "an error one millisecond beyond the last")
