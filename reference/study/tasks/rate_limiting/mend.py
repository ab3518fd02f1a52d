"""Design E's bucket, to be mended: the laws, in the small world of `limiter_store`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.contracts import Contract, Report
from reference.study.task import Trial
from reference.study.tasks.rate_limiting.store import World

DEADLINE_S, PATIENCE_S = 2.0, 0.4


def draw_mend(rng: np.random.Generator) -> Mapping[str, Any]:
    batch, step_s = int(rng.integers(3, 7)), 30 * int(rng.integers(2, 9))
    batches = int(rng.integers(3, 6))
    return {"limit": batch * batches, "batch": batch, "step_s": step_s, "interval_s": step_s * batches}


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial

    def world(self) -> World:
        return World(self.answer, self.trial.variant)


mended: Contract[Asked] = Contract("E's bucket, mended")


@mended.behaviour(
    why="It is what a rate limiter is for.",
    hint="A client that the store does not know has `limit` tokens.",
)
def a_new_client_has_the_limit_and_no_more(asked: Asked) -> None:
    world = asked.world()
    world.calls(world.v.limit + 3)


@mended.behaviour(
    why="State that goes too early forgets a debt. State that never goes keeps all who ever came.",
    hint="`interval_s`, the time in which an empty bucket fills: E had this right.",
)
def a_debt_is_kept_until_it_is_paid_and_no_longer(asked: Asked) -> None:
    world = asked.world()
    world.calls(world.v.limit)
    if not world.store.texts:
        raise world.broken("something in the store", "nothing", "What a server keeps to itself, the other servers do not know.")
    ends_s = max((ends_ns - world.clock.now_ns()) / 1e9 for _, ends_ns in world.store.texts.values())
    if not world.v.interval_s <= ends_s <= 2 * world.v.interval_s:
        raise world.broken(f"an expiry in about {world.v.interval_s} s, when the bucket is full", f"in {ends_s:,.0f} s")


@mended.behaviour(
    why="E stores `lastRefill` as it has read it: the same minutes are credited at every call, and after one step nothing is limited.",
    hint="Whatever you credit, move the moment from which you count by just that much: `steps` times the length of a step.",
)
def elapsed_time_is_credited_once(asked: Asked) -> None:
    world = asked.world()
    world.calls(world.v.limit)
    for _ in range(3):
        world.wait(world.v.step_s)
        world.calls(world.v.batch + 2)
        world.calls(2)


@mended.behaviour(
    why="That is the wish: clients can plan on it, and a step is a number that one can print in a header.",
    hint="Whole steps only: elapsed // step, times batch. Not one by one in between.",
)
def tokens_come_back_in_batches_at_the_steps(asked: Asked) -> None:
    world = asked.world()
    world.calls(world.v.limit)
    world.wait(world.v.step_s - 1)
    world.calls(2)
    world.wait(1)
    world.calls(world.v.batch + 1)
    world.wait(2 * world.v.step_s)
    world.calls(2 * world.v.batch + 1)


@mended.behaviour(
    why="If every call begins the step anew, who calls often waits for ever; if it is lost at a credit, each step is a little too long.",
    hint="Move the moment by whole steps, not to now: what is left of the running step still counts. A call without a credit moves "
    "nothing.",
)
def what_is_left_of_a_step_is_not_lost(asked: Asked) -> None:
    world = asked.world()
    step_s = world.v.step_s
    world.calls(world.v.limit - 1)
    world.wait(step_s - 10)
    world.calls(2)  # a token is there, and the step runs on
    world.wait(10)
    world.calls(world.v.batch + 1)
    world.wait(step_s + step_s // 2)
    world.calls(world.v.batch + 1)
    world.wait(step_s - step_s // 2)
    world.calls(world.v.batch + 1)


@mended.behaviour(
    why="A quiet night must not buy a flood in the morning, nor a step that began yesterday a batch at the first minute.",
    hint="min(limit, …); and a full bucket waits for nothing: its next step begins with the call that takes from it.",
)
def a_full_bucket_stays_full_and_its_step_begins_with_the_next_call(asked: Asked) -> None:
    world = asked.world()
    step_s = world.v.step_s
    world.calls(1)
    world.wait(step_s + step_s // 2)
    world.calls(world.v.limit + 1)
    world.wait(step_s // 2)
    world.calls(1, "Full at the moment of the call: the step began there, and half of it has passed.")
    world.wait(step_s - step_s // 2)
    world.calls(world.v.batch + 1)


@mended.behaviour(
    why="E reads, decides and writes in three steps. What another server spends in between is given back by the write.",
    hint="`swap(key, text_that_you_read, …)` writes only if nobody has written since; if it says False, read again and decide again.",
)
def two_servers_never_sell_one_token_twice(asked: Asked) -> None:
    for spent in (0, asked.trial.variant.limit - 1):
        world = asked.world()
        if spent:
            world.calls(spent)
        first, others = world.overtaken_by(2)
        sold = spent + first + others + sum(world.asks() for _ in range(world.v.limit + 2))
        if sold != world.v.limit:
            raise world.broken(f"{world.v.limit} calls admitted, all servers together", f"{sold}")


@mended.behaviour(
    why="A refusal because two calls came at once is a limit that nobody has promised: it hits the busiest clients, at random.",
    hint="When `swap` says False, the answer is not no: go back to `get` and decide on what is there now.",
)
def whoever_was_overtaken_is_asked_again_and_not_refused(asked: Asked) -> None:
    world = asked.world()
    world.calls(1)
    if not world.overtaken_by(1)[0]:
        raise world.broken(f"the first server's call admitted: {world.v.limit - 2} tokens are left", "refused")


@mended.behaviour(
    why="Two servers' clocks differ. In E the one that is behind computes a negative refill, and takes tokens away that are there.",
    hint="Never fewer than 0 steps: max(0, …). And the stored moment does not go back.",
)
def a_clock_that_is_behind_takes_nothing_away_and_gives_nothing_twice(asked: Asked) -> None:
    world = asked.world()
    world.there.off_s = -3 * world.v.step_s
    world.calls(world.v.limit - 2)
    world.story.append(f"a server whose clock is {-world.there.off_s:g} s behind admits one")
    if not world.asks(world.other):
        raise world.broken("admitted: 2 tokens are left", "refused")
    world.right()
    world.calls(3)


@mended.behaviour(
    why="One loud customer must not close the shop for the others.",
    hint="The key is part of the state's name.",
)
def keys_are_independent(asked: Asked) -> None:
    world = asked.world()
    world.calls(world.v.limit)
    if not world.asks(key="bo"):
        raise world.broken("bo's first call admitted", "refused")
    world.calls(1)


@mended.behaviour(
    why="Pauses and bursts come in orders that nobody thinks of.",
    hint="Follow the story with pencil and paper: how many tokens, and since when does the step run?",
)
def any_story_ends_as_it_should(asked: Asked) -> None:
    rng = asked.trial.rng
    for _ in range(20 if asked.trial.hidden else 6):
        world = asked.world()
        for _ in range(20):
            world.wait(int(rng.integers(0, world.v.step_s * 2)) if rng.integers(3) else int(rng.integers(2)) * world.v.step_s)
            world.calls(int(rng.integers(1, world.v.batch + 3)))


def judge_mend(answer: Any, trial: Trial) -> Report:
    return mended.run(Asked(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
