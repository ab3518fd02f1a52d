"""What Snowflake answers are judged by: the contract of ids over another order of the bits, numbers, layouts, a lead on the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report, ids
from reference.contracts.ids_promise import START_MS, Promise, increasing, unique
from reference.contracts.report import HANGS
from reference.study.answers import choice, merged, number, retold, told_first
from reference.study.task import Trial
from reference.study.tasks.snowflake_ids.edges import edges
from reference.study.tasks.snowflake_ids.words import IN_THIS_ORDER, with_given

DEADLINE_S, PATIENCE_S = 2.0, 0.4
MS_PER_YEAR = 365.25 * 86_400_000
EPOCH_OF_E_MS = 1_577_836_800_000  # 2020-01-01


# --- how many ids a second ---------------------------------------------------------------------------------------------------------------


def draw_rate(rng: np.random.Generator) -> Mapping[str, Any]:
    return {
        "sequence_bits": int(rng.integers(7, 12)),
        "worker_bits": int(rng.integers(14, 17)),
        "tick_ms": (5, 10, 20)[int(rng.integers(3))],
    }


def judge_rate(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    per_tick = 1 << v.sequence_bits
    right = per_tick * 1000 / v.tick_ms
    slips = {
        f"**A tick is not a millisecond.** You counted 1,000 ticks a second. *With {v.tick_ms} ms a tick there are fewer: 1,000 ms divided "
        "by the length of one.*": per_tick * 1000.0,
        "**Twitter's layout.** 4,096 ids in each of 1,000 milliseconds is right for 12 bits of sequence and ticks of 1 ms. *Take the bits "
        "and the tick of this layout.*": 4096 * 1000.0,
        "**That is one tick's worth.** It is what a worker can make before it has to wait. *Multiply by the ticks of a second.*": per_tick,
        "**That is the whole fleet.** You multiplied by the number of workers. *The question is about one; a hot partition is one worker, "
        "too.*": right * (1 << v.worker_bits),
        "**Bits are not numbers.** n bits count 2ⁿ things, not n. *Raise 2 to the bits first.*": v.sequence_bits * 1000 / v.tick_ms,
        "**The tick is on the wrong side.** Longer ticks mean fewer of them, so fewer ids. *Divide 1,000 ms by the tick.*": per_tick
        * 1000.0
        * v.tick_ms,
    }
    why = "It is the first number an interviewer asks of a layout: whether one worker can spend its sequence decides who has to wait."
    hint = "Ids per tick first, then ticks per second."
    return number(answer, right, "ids/s", tolerance=0.05, why=why, hint=hint, slips=slips)


# --- a generator that survives the clock -------------------------------------------------------------------------------------------------


def draw_ids(rng: np.random.Generator) -> Mapping[str, Any]:
    year = int(rng.integers(2014, 2023))
    worker_bits = int(rng.integers(8, 11))
    return {
        "timestamp_bits": 41,
        "sequence_bits": 21 - worker_bits,
        "worker_bits": worker_bits,
        "epoch_ms": round(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000),
        "epoch": f"1 January {year}, UTC",
    }


class WorkerLowest(Promise):
    """time | sequence | worker, from the highest bit down: the order that Sonyflake chose."""

    def worker(self, id: int) -> int:
        return id & ((1 << self.worker_bits) - 1)

    def sequence(self, id: int) -> int:
        return id >> self.worker_bits & (self.per_ms - 1)


CLOCK = "time comes from the clock that was handed over"
TELLING = (
    CLOCK,
    "worker bits hold the worker id",
    "the sequence counts every id of a millisecond",
    "back at the old millisecond the sequence goes on",
)


@dataclass(frozen=True)
class Walk:
    """A promise, and a clock that wanders by dice."""

    promise: Promise
    rng: np.random.Generator
    steps: int


walks: Contract[Walk] = Contract("ids of a wandering clock")


@walks.behaviour(
    why="Uniqueness has to hold for every history of the clock, not for the three that one thinks of.",
    hint="Remember the last millisecond used and never go below it, whatever the clock says.",
)
def a_wandering_clock_never_brings_an_id_twice(walk: Walk) -> None:
    worker_id = int(walk.rng.integers(1 << walk.promise.worker_bits))
    judged = walk.promise.begin(worker_id, START_MS + int(walk.rng.integers(10_000)))
    for step_ms, count in zip(walk.rng.integers(-4, 6, walk.steps).tolist(), walk.rng.integers(1, 40, walk.steps).tolist(), strict=True):
        judged.clock.at_ms(judged.clock.ms + step_ms)
        for _ in range(count):
            if isinstance(judged.attempt(), Exception):
                break
    unique(judged.ids)
    increasing(judged.ids)
    strangers = [id for id in judged.ids if walk.promise.worker(id) != worker_id]
    if strangers:
        raise Broken(f"worker bits {worker_id}", str(walk.promise.worker(strangers[0])))


def judge_ids(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    promise = WorkerLowest(answer, v.timestamp_bits, v.worker_bits, v.sequence_bits, v.epoch_ms)
    report = ids.contract.run(promise, deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
    hung = [failure.behaviour for failure in report.failures if failure.got == HANGS]
    telling = [law for law in TELLING if law not in hung]  # that it hangs says nothing of what the law is about
    return with_given(told_first(merged("ids", retold(report, IN_THIS_ORDER), wander(promise, trial)), *telling))


def wander(promise: Promise, trial: Trial) -> Report:
    """The edges, and a walk by the trial's dice; longer when hidden."""
    walk = Walk(promise, trial.rng, 400 if trial.hidden else 60)
    at_the_edges = edges.run(promise, deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
    return merged("ids of bad days", at_the_edges, walks.run(walk, deadline_s=DEADLINE_S))


# --- which split of the bits -------------------------------------------------------------------------------------------------------------


def draw_split(rng: np.random.Generator) -> Mapping[str, Any]:
    worker_bits = int(rng.integers(8, 13))
    split = (41, worker_bits, 22 - worker_bits)
    time, worker, sequence = split
    wrong = [(time - 1, worker, sequence + 1), (time, worker - 1, sequence + 1), (time, worker + 1, sequence - 1)]
    layouts = [split, *wrong, (time, worker + 1, sequence)]
    order = rng.permutation(len(layouts)).tolist()
    return {
        "years": int(rng.integers(40, 66)),
        "workers": round((1 << worker) * float(rng.uniform(0.6, 0.95))),
        "burst": round((1 << sequence) * float(rng.uniform(0.6, 0.95))),
        "layouts": {key: layouts[place] for key, place in zip("abcde", order, strict=True)},
    }


def judge_split(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    wrong = {key: _against(layout, v) for key, layout in v.layouts.items()}
    right = next(key for key, reason in wrong.items() if not reason)
    why = "41, 10 and 12 is one answer to one service. A layout is a promise about years, machines and bursts, and each can be checked."
    return choice(answer, right, {key: reason for key, reason in wrong.items() if reason}, why=why)


def _against(layout: tuple[int, int, int], v: SimpleNamespace) -> str:
    """What breaks with this split; "" for the one that holds."""
    time, worker, sequence = layout
    years = (1 << time) / MS_PER_YEAR
    if sum(layout) > 63:
        return f"{sum(layout)} bits do not fit: a BIGINT is signed, so 63 are left. Half of its time the ids would be negative."
    if years < v.years:
        return f"{time} bits of milliseconds last {years:.1f} years from the epoch; {v.years} are asked for. Each bit doubles the years."
    if (1 << worker) < v.workers:
        return f"{worker} worker bits name {1 << worker:,} processes; there are {v.workers:,}. Two of them would share a number."
    if (1 << sequence) < v.burst:
        return (
            f"{sequence} sequence bits make {1 << sequence:,} ids in a millisecond; the busiest one needs {v.burst:,}. On average it "
            "would do, but a queue forms in the peak."
        )
    return ""


# --- a published generator to mend -------------------------------------------------------------------------------------------------------


def draw_mend(rng: np.random.Generator) -> Mapping[str, Any]:
    return {"lead_ms": int(rng.integers(6, 13)), "epoch_ms": EPOCH_OF_E_MS}


@dataclass(frozen=True)
class Lead:
    """A promise, and how far the clock may be behind without a wait."""

    promise: Promise
    lead_ms: int


leads: Contract[Lead] = Contract("ids without a wait")


@leads.behaviour(
    why="NTP corrects by a few milliseconds all day. Whoever waits or refuses each time makes every post of that moment late, for nothing.",
    hint="Do not ask the clock alone: take the later of the clock and the last millisecond used, and count the sequence on in it.",
)
def a_small_step_back_costs_no_wait_and_no_error(lead: Lead) -> None:
    for step_ms in (1, lead.lead_ms):
        judged = lead.promise.begin()
        judged.take(3)
        judged.clock.at_ms(START_MS - step_ms)
        given = f"three ids, the clock {step_ms} ms back, three more"
        answers = [judged.attempt() for _ in range(3)]
        refused = next((answer for answer in answers if isinstance(answer, Exception)), None)
        if refused is not None:
            raise Broken("three more ids at once", f"{type(refused).__name__}: {refused}", given=given)
        if judged.clock.ms != START_MS - step_ms:
            got = f"them after a wait of {judged.clock.ms - START_MS + step_ms} ms"
            raise Broken("three more ids at once", got, given=given)
        increasing(judged.ids)


@leads.behaviour(
    why="Ids that run ahead of the clock say when they were born, and it is not true; after a restart they come again.",
    hint="Before anything else, compare: if the clock is more than the promised lead behind the last millisecond, raise an error.",
)
def a_step_further_back_than_the_lead_is_an_error(lead: Lead) -> None:
    for step_ms in (lead.lead_ms + 1, 10 * lead.lead_ms):
        judged = lead.promise.begin()
        judged.take(3)
        judged.clock.at_ms(START_MS - step_ms)
        answer = judged.attempt()
        if not isinstance(answer, Exception):
            waited = judged.clock.ms - START_MS + step_ms
            got = f"an id after a wait of {waited} ms" if waited else f"the id {answer}"
            raise Broken(f"an error: at most {lead.lead_ms} ms are made up for", got, given=f"three ids, then the clock {step_ms} ms back")


def judge_mend(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    promise = Promise(answer, 41, 10, 12, v.epoch_ms)
    report = ids.contract.run(promise, deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
    without_wait = leads.run(Lead(promise, v.lead_ms), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
    return with_given(told_first(merged("mended ids", report, without_wait, wander(promise, trial)), CLOCK))
