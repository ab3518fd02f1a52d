"""How long a plan of parts is down, as laws: in a row, side by side, so many of several, and what brings all copies down at once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Contract, Report
from reference.study.answers import call, called
from reference.study.task import Trial
from reference.study.tasks.near_values import near

DEADLINE_S, PATIENCE_S = 2.0, 0.4
PERIODS = {"week": 10_080, "month of 30 days": 43_200, "year of 365 days": 525_600}
Plan = Any  # a share, or ("all", plan, …), ("any", plan, …), ("at least", k, plan, …)


def draw_plan(rng: np.random.Generator) -> Mapping[str, Any]:
    period = list(PERIODS)[int(rng.integers(3))]
    return {
        "period": period,
        "period_min": PERIODS[period],
        "common": (0.0001, 0.0002, 0.0005, 0.001)[int(rng.integers(4))],
    }


@dataclass(frozen=True)
class Uptime:
    """The learner's function, what was asked of it, and dice."""

    answer: Any
    v: SimpleNamespace
    trial: Trial

    def check(self, plan: Plan, slips: Mapping[str, float] | None = None) -> None:
        """slips: sentence or misconception → the share of time *up* that it makes."""
        minutes = {name: (1 - share) * self.v.period_min for name, share in (slips or {}).items()}
        expected = (1 - available(plan, self.v.common)) * self.v.period_min
        near(expected, call(self.answer, plan), called(self.answer, plan), minutes, "min")


def available(plan: Plan, common: float) -> float:
    """The share of time in which `plan` serves, by going through every combination of what is up: O(2^parts) for each group."""
    if not isinstance(plan, tuple):
        return float(plan)
    shares = [available(each, common) for each in plan if isinstance(each, tuple | float)]
    needed = {"all": len(shares), "any": 1, "at least": plan[1]}[plan[0]]
    served = 0.0
    for up in itertools.product((True, False), repeat=len(shares)):
        if sum(up) >= needed:
            served += math.prod(share if works else 1 - share for share, works in zip(shares, up, strict=True))
    return served if plan[0] == "all" else (1 - common) * served


plans: Contract[Uptime] = Contract("time down")


@plans.behaviour(
    why="99.95 % says little; so many minutes say whom it wakes.",
    hint="A number is the share of time in which the part is up. Down is the rest of it, times the minutes of the period in the card.",
)
def a_part_alone_is_down_for_what_it_lacks(uptime: Uptime) -> None:
    for share in (0.9995, 0.5, 1.0):
        uptime.check(
            share,
            {
                "**That is the time up.** *Take the share from 1.*": 1 - share,
                "**A common cause for a part alone.** It strikes groups of copies. *Multiply by (1 - common) where the copies are put "
                "together, not at the end.*": share * (1 - uptime.v.common),
            },
        )


@plans.behaviour(
    why="A request needs every part on its way. Five parts in a row are down about five times as long as one.",
    hint='("all", …): multiply the shares.',
)
def parts_in_a_row_multiply(uptime: Uptime) -> None:
    for parts in ((0.99, 0.999, 0.9), (0.9995,) * 5, (0.9, 0.8)):
        uptime.check(
            ("all", *parts),
            {
                "weakest-link": min(parts),
                "**Failures added.** For small failures it is nearly right, for these it shows: together they overlap. *Multiply the "
                "shares "
                "of time up.*": 1 - sum(1 - each for each in parts),
                "**The mean of the parts.** No request meets a mean. *It needs every part: multiply.*": sum(parts) / len(parts),
                "**In a row, and what is common to copies.** Only copies side by side share it. *Leave it out here.*": math.prod(parts)
                * (1 - uptime.v.common),
                "**Minutes for shares.** The function called itself and multiplied minutes. *A helper that returns the share of time up "
                "calls itself; minutes come at the end, once.*": math.prod((1 - each) * uptime.v.period_min for each in parts),
            },
        )


@plans.behaviour(
    why="Copies multiply their failures, which is what one pays for. A bad deploy reaches all of them, and then it is most of what is "
    "left.",
    hint='("any", …): all of the copies must be down at once, or the common cause strikes: (1 - common) × (1 - product of the failures).',
)
def copies_multiply_their_failures_but_for_what_is_common(uptime: Uptime) -> None:
    common = uptime.v.common
    for copies in ((0.99, 0.99), (0.9, 0.9, 0.9), (0.999, 0.95)):
        failing = math.prod(1 - each for each in copies)
        uptime.check(
            ("any", *copies),
            {
                "**They never fail together, except that they do.** Multiplied alone, the failures come out far too rare: a bad deploy, a "
                "certificate, a wrong configuration reach every copy. *Times (1 - common).*": 1 - failing,
                "serial-for-parallel": math.prod(copies),
                "**In a row for side by side.** One copy is enough. *Multiply the failures, not the shares.*": math.prod(copies)
                * (1 - common),
                "**Failures added.** Together they overlap: the copies may be down by themselves while the common cause strikes. *Multiply "
                "the shares of time up.*": 1 - failing - common,
                "copy-ignored": copies[0],
                "**The second copy ignored.** You took one copy and the common cause. *All must be down at once: multiply the "
                "failures.*": copies[0] * (1 - common),
                "halved-by-copies": 1 - (1 - copies[0]) / len(copies),
                "**The common cause once for each copy.** It is one event for the whole group. *Multiply by (1 - common) once.*": (
                    1 - failing
                )
                * (1 - common) ** len(copies),
            },
        )


@plans.behaviour(
    why="A quorum of three is up while two are. Take it for one of three and you promise what you cannot keep.",
    hint='("at least", k, …): add up the chances of every combination with k or more parts up; the parts need not be alike. Then the '
    "common "
    "cause, as for copies.",
)
def a_quorum_needs_so_many_of_its_parts(uptime: Uptime) -> None:
    common = uptime.v.common
    for needed, parts in ((2, (0.99, 0.99, 0.99)), (2, (0.9, 0.8, 0.7)), (3, (0.95, 0.9, 0.85, 0.99)), (1, (0.9, 0.8))):
        alike = parts[0]
        each = sum(math.comb(len(parts), up) * alike**up * (1 - alike) ** (len(parts) - up) for up in range(needed, len(parts) + 1))
        exactly = _exactly(needed, parts)
        uptime.check(
            ("at least", needed, *parts),
            {
                "**One is not enough.** A quorum needs so many at once. *Count the combinations with k or more up.*": (1 - common)
                * (1 - math.prod(1 - part for part in parts)),
                "**Exactly k.** With more than k up it serves as well. *Add k + 1, k + 2 … up to all.*": (1 - common) * exactly,
                "**All like the first.** The parts differ. *Go through the combinations of these parts.*": (1 - common) * each,
                "**Nothing in common.** A quorum is made of copies, too. *Times (1 - common).*": available(
                    ("at least", needed, *parts), 0.0
                ),
            },
        )


def _exactly(needed: int, parts: tuple[float, ...]) -> float:
    return sum(
        math.prod(share if works else 1 - share for share, works in zip(parts, up, strict=True))
        for up in itertools.product((True, False), repeat=len(parts))
        if sum(up) == needed
    )


@plans.behaviour(
    why="A real design is a row of groups of rows: two regions, each with a quorum, behind one switch.",
    hint="Let the function call itself for each part of a group, and convert to minutes only once, at the outermost.",
)
def groups_stand_inside_groups(uptime: Uptime) -> None:
    region = ("all", 0.9995, ("at least", 2, 0.99, 0.99, 0.98), 0.999)
    for plan in (("any", region, region), ("all", 0.9999, ("any", region, 0.97)), ("at least", 2, region, ("any", 0.9, 0.9), 0.99)):
        uptime.check(plan)


@plans.behaviour(
    why="Arithmetic that holds for the examples alone is a table of examples.",
    hint="Compare with a count by hand on a small plan: write down each combination of up and down.",
)
def any_plan_comes_out_right(uptime: Uptime) -> None:
    rng = uptime.trial.rng
    for _ in range(60 if uptime.trial.hidden else 15):
        uptime.check(_drawn(rng, 2))


def _drawn(rng: np.random.Generator, depth: int) -> Plan:
    if depth == 0 or rng.random() < 0.2:
        return round(float(rng.uniform(0.5, 0.9999)), 4)
    parts = [_drawn(rng, depth - 1) for _ in range(int(rng.integers(2, 5)))]
    kind = ("all", "any", "at least")[int(rng.integers(3))]
    return (kind, int(rng.integers(1, len(parts) + 1)), *parts) if kind == "at least" else (kind, *parts)


def judge_plans(answer: Any, trial: Trial) -> Report:
    return plans.run(Uptime(answer, trial.variant, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
