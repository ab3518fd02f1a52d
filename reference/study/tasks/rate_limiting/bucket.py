"""Laws of a token bucket in one Lua script, with a reserve that only urgent calls may touch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.task import Trial
from reference.study.tasks.rate_limiting.stage import HOUR_MS, KEY, Model, Stage

DEADLINE_S, PATIENCE_S = 2.0, 0.4
EIGHTH = Fraction(1, 8)


def draw_bucket(rng: np.random.Generator) -> Mapping[str, Any]:
    return {
        "capacity": int(rng.integers(26, 41)),
        "per_hour": (7, 11, 13, 17, 19)[int(rng.integers(5))],
        "reserve": int(rng.integers(4, 9)),
    }


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial

    def stage(self) -> Stage:
        return Stage(self.answer, self.trial.variant)


bucket: Contract[Asked] = Contract("a token bucket in Lua")


@bucket.behaviour(
    why="It is what a rate limiter is for.",
    hint="No key yet: a full bucket. Compare the tokens with the cost, take it, and store what is left.",
)
def a_full_bucket_gives_urgent_calls_its_capacity_and_no_more(asked: Asked) -> None:
    stage = asked.stage()
    for cost in (1, 1, asked.trial.variant.capacity - 3, 1):
        stage.expect(True, cost)
    for _ in range(2):
        stage.expect(False)


@bucket.behaviour(
    why="A search is not a like: costs are how one budget serves both. And who is refused has got nothing, so pays nothing.",
    hint="All of the cost or nothing of it: decide first, then write.",
)
def a_call_takes_its_cost_or_nothing(asked: Asked) -> None:
    v = asked.trial.variant
    stage = asked.stage()
    stage.expect(True, v.capacity - 5)
    stage.expect(False, 6)
    stage.expect(True, 3)
    stage.expect(False, 3)
    stage.expect(True, 2)
    stage.expect(False)


@bucket.behaviour(
    why="A newsletter that empties the bucket locks out the password reset. A reserve keeps a few tokens for what cannot wait.",
    hint="An ordinary call needs its cost *and* the reserve to be there, and takes its cost. An urgent call needs its cost alone.",
)
def an_ordinary_call_leaves_the_reserve_alone(asked: Asked) -> None:
    v = asked.trial.variant
    stage = asked.stage()
    stage.expect(True, v.capacity - v.reserve - 2, urgent=False)
    stage.expect(False, 3, urgent=False)
    stage.expect(True, 2, urgent=False)
    stage.expect(False, urgent=False)
    stage.expect(True, v.reserve, hint="The reserve is for urgent calls: they may take all of it.")
    stage.expect(False)


@bucket.behaviour(
    why="Calls that poll are the rule. A bucket that rounds at each of them gives tokens back too late, too early, or never.",
    hint="tokens + elapsed · rate, as a fraction, without floor; and when you store the tokens, store up to which moment they are counted.",
)
def tokens_come_back_one_by_one_asked_for_or_not(asked: Asked) -> None:
    stage = asked.stage()
    stage.spend()
    start_ms = stage.now_ms + 1  # past the moment, so that the last bit of a double decides nothing
    for eighth in range(1, 25):
        stage.now_ms = start_ms + math.ceil(eighth * stage.interval_ms / 8)
        stage.expect(eighth % 8 == 0)
    stage.wait(2.5)
    stage.expect(True)
    stage.wait(0.5, and_ms=1)
    stage.expect(True, 2, hint="Two and a half tokens, one taken, half a one more: floor nothing on the way, or the halves are lost.")
    stage.expect(False)


@bucket.behaviour(
    why="A quiet night must not buy a flood in the morning.",
    hint="math.min(capacity, what there would be).",
)
def an_idle_bucket_holds_no_more_than_its_capacity(asked: Asked) -> None:
    stage = asked.stage()
    stage.expect(True, 10)
    stage.wait(3 * asked.trial.variant.capacity)
    stage.spend()
    stage.expect(False)


@bucket.behaviour(
    why="What can never be admitted must be said at once: a client that is told to wait comes back for ever.",
    hint="Compare what the call needs with the capacity: {0, -1}. An ordinary call needs its cost and the reserve.",
)
def what_can_never_be_admitted_is_told_so(asked: Asked) -> None:
    v = asked.trial.variant
    stage = asked.stage()
    for cost, urgent in ((v.capacity + 1, True), (v.capacity - v.reserve + 1, False)):
        got = stage.take(cost, urgent)
        if got != (False, -1):
            raise Broken("{0, -1}", f"{{{int(got[0])}, {got[1]}}}", given=stage.given())
    stage.expect(True, v.capacity - v.reserve, urgent=False, hint="This much an ordinary call may have of a full bucket.")
    stage.expect(True, v.reserve, hint="The refused calls have taken something.")


@bucket.behaviour(
    why="Clients sleep for Retry-After. Too short wakes them for another refusal, all together; too long wastes what they may have.",
    hint="(what this call needs − tokens) / tokens per ms, rounded *up*: Redis cuts a Lua number to a whole one. Needs: with the reserve.",
)
def the_wait_is_true(asked: Asked) -> None:
    v = asked.trial.variant
    for part, cost, urgent in (
        (0, 1, True),
        (EIGHTH, 1, False),
        (3 * EIGHTH, 4, True),
        (Fraction(5, 2), 3, False),
        (Fraction(7, 3), 9, True),
    ):
        stage, model = asked.stage(), Model(v)
        stage.spend()
        model.tokens -= v.capacity
        stage.wait(part)
        model.refill(stage.now_ms)
        wait_ms = _wait_as_told(stage, model, cost, urgent)
        stage.now_ms += wait_ms + 1
        stage.expect(True, cost, urgent, f"The script said {wait_ms} ms, and a millisecond after them it refuses.")


def _wait_as_told(stage: Stage, model: Model, cost: int, urgent: bool) -> int:
    admitted, wait_ms = stage.take(cost, urgent)
    right_admitted, right_ms = model.take(cost, urgent)
    if admitted != right_admitted:
        raise Broken("admitted" if right_admitted else "refused", "admitted" if admitted else "refused", given=stage.given())
    if not right_ms <= wait_ms <= right_ms + 1:
        raise Broken(f"{float(right_ms):,.2f} ms to wait, rounded up to whole ones", f"{wait_ms:,} ms", given=stage.given())
    return wait_ms


@bucket.behaviour(
    why="No two servers agree about the time. If the bucket goes back with one of them, the same seconds are credited to the next.",
    hint="Let time only move forward: the later of now and the moment that is stored.",
)
def a_clock_that_is_behind_credits_nothing_twice(asked: Asked) -> None:
    stage = asked.stage()
    stage.expect(True, asked.trial.variant.capacity - 2)
    sold = 0
    for behind_ms in (5 * HOUR_MS, 1_000, 5 * HOUR_MS):
        stage.now_ms -= behind_ms
        sold += stage.take()[0]
        stage.now_ms += behind_ms
        sold += stage.take()[0]
    if sold != 2:
        raise Broken("2 calls admitted: so many tokens were left, and at the true clock no time has passed", f"{sold}", given=stage.given())


@bucket.behaviour(
    why="One loud customer must not close the shop for the others; and on a cluster a script sees only the keys that it has declared.",
    hint="All state under KEYS[1], in one key: no name made up in the script.",
)
def every_key_is_a_bucket_of_its_own(asked: Asked) -> None:
    stage = asked.stage()
    stage.spend()
    stage.expect(True, asked.trial.variant.capacity, key="limit:bo")
    stage.expect(False)
    names = sorted(stage.redis.keys())
    if names != [KEY, "limit:bo"]:
        raise Broken(f"the keys {[KEY, 'limit:bo']} in Redis, and no others", f"{names}", given=stage.given())


@bucket.behaviour(
    why="State that goes too early forgets a debt: 40 in a day become 40 an hour. State that never goes keeps all who ever came.",
    hint="A missing key is a full bucket: it may go when it would be full anyway, (capacity − tokens) intervals from now, rounded up, "
    "in ms.",
)
def the_key_goes_when_the_bucket_would_be_full_anyway(asked: Asked) -> None:
    v = asked.trial.variant
    for cost in (v.capacity, v.capacity // 2, 1):
        stage = asked.stage()
        stage.expect(True, cost)
        left_ms, full_ms = stage.redis.pttl(KEY), float(cost * stage.interval_ms)
        if left_ms == -1:
            raise Broken("a key that expires", "one that stays for ever", given=stage.given())
        earliest_ms, latest_ms = full_ms - 1_000, float(v.capacity * stage.interval_ms) + HOUR_MS  # a slow machine has a second
        if not earliest_ms <= left_ms <= latest_ms:
            expected = f"an expiry in {full_ms:,.0f} ms, when the bucket is full (what an empty one takes, and an hour more, is fine)"
            raise Broken(expected, f"{left_ms:,} ms", given=stage.given())


@bucket.behaviour(
    why="Costs, pauses and kinds of calls come in orders that nobody thinks of.",
    hint="Follow the story with pencil and paper: how many tokens are there, up to which moment are they counted?",
)
def any_story_ends_as_it_should(asked: Asked) -> None:
    rng = asked.trial.rng
    stage, model = asked.stage(), Model(asked.trial.variant)
    for _ in range(120 if asked.trial.hidden else 40):
        stage.wait(float(rng.exponential(3)) * int(rng.integers(2)))
        cost, urgent = int(rng.integers(1, 9)), bool(rng.integers(2))
        model.refill(stage.now_ms)
        if model.on_the_edge(cost, urgent):
            stage.now_ms += 2
            model.refill(stage.now_ms)
        _wait_as_told(stage, model, cost, urgent)


def judge_bucket(answer: Any, trial: Trial) -> Report:
    return bucket.run(Asked(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
