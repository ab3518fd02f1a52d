"""A leaky bucket that holds calls before it refuses them, as nginx's `limit_req` does: its draw, its model and its laws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.answers import call, called, plain
from reference.study.task import Trial

DEADLINE_S, PATIENCE_S = 2.0, 0.4
START_MS = 1_768_219_200_000


def draw_retry(rng: np.random.Generator) -> Mapping[str, Any]:
    return {
        "interval_ms": 50 * int(rng.integers(3, 13)),
        "at_once": int(rng.integers(3, 7)),
        "queue": int(rng.integers(3, 9)),
    }


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial

    def client(self, start_ms: int = START_MS) -> Client:
        return Client(self.answer, self.trial.variant, start_ms)


class Client:
    """One client of the judged function, and the model beside it."""

    def __init__(self, answer: Any, v: SimpleNamespace, start_ms: int) -> None:
        self.answer, self.v, self.start_ms = answer, v, start_ms
        self.stored: Any = None
        self.empty_ms = start_ms
        self.story: list[tuple[int, int]] = []  # (moment, calls at it)

    def call(self, at_ms: int) -> tuple[str, int]:
        """What the answer says at `at_ms` after the start; its state is kept."""
        now_ms = self.start_ms + at_ms
        got = plain(call(self.answer, self.stored, now_ms))
        shape = isinstance(got, tuple) and len(got) == 3 and got[0] in ("pass", "hold", "refuse") and isinstance(got[1], int | float)
        if not shape:
            raise Broken(
                '("pass" | "hold" | "refuse", milliseconds, what to keep)', repr(got), given=called(self.answer, self.stored, now_ms)
            )
        again = self.story.pop()[1] if self.story and self.story[-1][0] == at_ms else 0
        self.story.append((at_ms, again + 1))
        self.stored = got[2]
        return got[0], got[1]

    def expect(self, verdict: str, wait_ms: int, at_ms: int, hint: str | None = None) -> None:
        """The answer's next call must be this."""
        got = self.call(at_ms)
        if got != (verdict, wait_ms):
            raise Broken(f"{verdict!r}, {wait_ms} ms", f"{got[0]!r}, {got[1]} ms", hint, self.given())

    def given(self) -> str:
        moments = [f"{at} ms" + (f" ({calls} times)" if calls > 1 else "") for at, calls in self.story[-12:]]
        return f"a new client calls at {'… ' if len(self.story) > 12 else ''}{', '.join(moments)}: the last one is asked"

    def burst(self, calls: int, at_ms: int = 0) -> None:
        """So many calls at one moment, as the model says."""
        for _ in range(calls):
            self.expect(*self.model(at_ms), at_ms)

    def model(self, at_ms: int) -> tuple[str, int]:
        """What is right at `at_ms`: the state of the model goes on."""
        now_ms, v = self.start_ms + at_ms, self.v
        empty_ms = max(now_ms, self.empty_ms) + v.interval_ms
        over_ms = empty_ms - now_ms - (v.at_once + v.queue) * v.interval_ms
        if over_ms > 0:
            return "refuse", over_ms
        self.empty_ms = empty_ms
        held_ms = max(0, empty_ms - now_ms - v.at_once * v.interval_ms)
        return ("hold", held_ms) if held_ms else ("pass", 0)


queue: Contract[Asked] = Contract("a queue before the limit")


@queue.behaviour(
    why="A page loads ten things at once. Whoever holds or refuses them has limited a person, not a program.",
    hint="Level after the call = (moment at which the bucket is empty − now) / interval. Up to `at_once`, it passes.",
)
def the_first_calls_of_a_burst_pass(asked: Asked) -> None:
    client = asked.client()
    for _ in range(client.v.at_once):
        client.expect("pass", 0, 0)


@queue.behaviour(
    why="Held calls are the ones that need no retry, no error page and no second connection: they arrive a little later, in order.",
    hint="How much must leak until the level that this call brought is down to `at_once`? One call leaks in an interval: that is the wait.",
)
def the_next_ones_are_held_one_interval_apart(asked: Asked) -> None:
    client = asked.client()
    client.burst(client.v.at_once)
    for place in range(1, client.v.queue + 1):
        client.expect("hold", place * client.v.interval_ms, 0)


@queue.behaviour(
    why="A queue without an end is an outage that nobody has noticed: every call in it waits longer than its caller does.",
    hint="Above `at_once` + `queue` it is refused.",
)
def what_finds_the_queue_full_is_refused(asked: Asked) -> None:
    client = asked.client()
    client.burst(client.v.at_once + client.v.queue)
    verdict, _ = client.call(0)
    if verdict != "refuse":
        raise Broken("'refuse'", repr(verdict), given=client.given())


@queue.behaviour(
    why="A bucket that leaks only in whole calls makes people wait for the next full interval, and bursts come in step.",
    hint="No division into whole calls: keep a moment, and add and compare milliseconds.",
)
def the_bucket_leaks_all_the_time(asked: Asked) -> None:
    third = asked.trial.variant.interval_ms // 3
    for early_ms in (1, 0):
        client = asked.client()
        client.burst(client.v.at_once)
        client.expect("hold" if early_ms else "pass", early_ms, client.v.interval_ms - early_ms)
    client = asked.client()
    client.burst(client.v.at_once)
    for at_ms in (third, 2 * third, 3 * third, 5 * third, 7 * third):
        client.expect(*client.model(at_ms), at_ms)


@queue.behaviour(
    why="Who retries while refused would push their own release further away, for ever.",
    hint="A refused call leaves what is kept as it was: return `stored`, not the moment that you have computed for it.",
)
def a_refused_call_adds_nothing(asked: Asked) -> None:
    client = asked.client()
    client.burst(client.v.at_once + client.v.queue)
    for _ in range(5):
        client.expect("refuse", client.v.interval_ms, 0)
    client.expect(*client.model(client.v.interval_ms), client.v.interval_ms)


@queue.behaviour(
    why="Clients sleep for Retry-After. Too short wakes them for another refusal, too long leaves places empty.",
    hint="A refused call waits until there is room for it: the level that it *would* bring, less `at_once` + `queue`, times the interval.",
)
def who_waits_as_told_is_taken_and_a_millisecond_earlier_is_not(asked: Asked) -> None:
    v = asked.trial.variant
    for at_ms in (0, 1, v.interval_ms // 3, v.interval_ms - 1):
        client = asked.client()
        client.burst(v.at_once + v.queue)
        wait_ms = client.model(at_ms)[1]
        client.expect("refuse", wait_ms, at_ms)
        if wait_ms > 1:
            client.expect("refuse", 1, at_ms + wait_ms - 1)
        client.expect(*client.model(at_ms + wait_ms), at_ms + wait_ms)


@queue.behaviour(
    why="A quiet night must not buy a flood in the morning.",
    hint="The bucket is never emptier than empty: begin at the later of now and the moment that is kept.",
)
def an_idle_client_is_a_new_one(asked: Asked) -> None:
    client = asked.client()
    client.burst(client.v.at_once + 2)
    client.burst(client.v.at_once + client.v.queue + 1, at_ms=3_600_000)


@queue.behaviour(
    why="Fifty million clients, one number each: 400 MB. And a number is replaced in one step, where a list of calls is not.",
    hint="Keep the moment at which the bucket will be empty. The level follows from it and now. Nothing between calls but what you return.",
)
def one_number_is_all_that_is_kept(asked: Asked) -> None:
    one, other = asked.client(), asked.client()
    for at_ms in (0, 0, 7, 7, 7):
        one.expect(*one.model(at_ms), at_ms)
        if isinstance(one.stored, bool) or not isinstance(one.stored, int | float):
            raise Broken("one number to keep", repr(one.stored), given=one.given())
    other.expect(*other.model(8), 8, "Another client is another bucket: keep nothing outside of what you return.")
    again = [plain(call(asked.answer, one.stored, START_MS + 9)) for _ in range(2)]
    if again[0] != again[1]:
        raise Broken(
            f"the same answer to the same question: {again[0]}", repr(again[1]), given=called(asked.answer, one.stored, START_MS + 9)
        )


@queue.behaviour(
    why="The clocks of two servers differ by milliseconds. Nobody should get through twice because of that, and nothing should crash.",
    hint="The later of now and what is kept, also when now is the earlier one by far.",
)
def a_clock_that_is_behind_gives_nothing_twice(asked: Asked) -> None:
    client, interval = asked.client(), asked.trial.variant.interval_ms
    client.burst(client.v.at_once, at_ms=10 * interval)
    for at_ms in (9 * interval, 10 * interval, 11 * interval - 1, 12 * interval):
        client.expect(*client.model(at_ms), at_ms)


@queue.behaviour(
    why="Bursts and pauses come in orders that nobody thinks of.",
    hint="Follow the story with pencil and paper: at which moment is the bucket empty after each call?",
)
def any_story_ends_as_it_should(asked: Asked) -> None:
    rng, v = asked.trial.rng, asked.trial.variant
    for number in range(30 if asked.trial.hidden else 8):
        client, at_ms = asked.client(START_MS if number % 2 else 1_000), 0  # any moment, and 1970 is one
        for pause_ms, calls in zip(
            rng.exponential(1.5 * v.interval_ms, 25).astype(int).tolist(), rng.integers(1, 5, 25).tolist(), strict=True
        ):
            at_ms += pause_ms
            client.burst(calls, at_ms)


def judge_retry(answer: Any, trial: Trial) -> Report:
    return queue.run(Asked(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
