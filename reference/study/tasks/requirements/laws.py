"""What answers on requirements are judged by: pages that lack a tweet, and an error budget counted from a log."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Contract, Report
from reference.study.answers import call, called, number
from reference.study.task import Trial
from reference.study.tasks.near_values import near

DEADLINE_S, PATIENCE_S = 2.0, 0.4
DAY_S = 86_400


# --- pages that lack a tweet -------------------------------------------------------------------------------------------------------------


def draw_stale(rng: np.random.Generator) -> Mapping[str, Any]:
    return {
        "followers": (200, 300, 400, 500)[int(rng.integers(4))],
        "loads": (8, 10, 12, 15)[int(rng.integers(4))],
        "lag_s": (4, 5, 6, 8)[int(rng.integers(4))],
        "peak": int(rng.integers(2, 4)),
    }


def judge_stale(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    right = v.followers * v.loads / DAY_S * v.peak * v.lag_s
    slips = {
        "average-for-peak": right / v.peak,
        "peak-squared": right * v.peak,
        "million-second-day": right * DAY_S / 1e6,
        "per-hour": right * 3_600,
        "per-day": right * DAY_S,
        "**A day's loads in one hour.** You divided the loads of a day by the seconds of an hour. *A day has 24 hours: 86,400 s.*": right
        * 24,
        "**That is one second's worth.** It is a rate: pages a second. *Multiply by the seconds for which the tweet is missing.*": right
        / v.lag_s,
        "**That is one follower.** The tweet is under way to all of them at once. *Multiply by the followers.*": right / v.followers,
    }
    why = "It turns a promise in seconds into pages that somebody sees, which is what the promise is worth."
    return number(answer, right, "pages", tolerance=0.2, why=why, hint="Pages a second first, of all followers; then seconds.", slips=slips)


# --- an error budget ---------------------------------------------------------------------------------------------------------------------

Seen = tuple[float, int, float]
MOST_KINDS = 8


def draw_budget(rng: np.random.Generator) -> Mapping[str, Any]:
    counted = bool(rng.integers(2))
    refused = "counts as bad: we were too small for them" if counted else "is left out like the rest: they asked for too much"
    return {
        "slo": (0.99, 0.995, 0.999)[int(rng.integers(3))],
        "slow_ms": (300, 400, 500, 800)[int(rng.integers(4))],
        "window_s": (3_600, 7_200, 86_400)[int(rng.integers(3))],
        "refused_is_bad": counted,
        "refused": refused,
    }


@dataclass(frozen=True)
class Budget:
    """The learner's function, what was asked of it, and dice."""

    answer: Any
    v: SimpleNamespace
    trial: Trial

    def check(self, log: Sequence[Seen], now_s: float, slips: Mapping[str, float] | None = None) -> None:
        """The answer against a count by hand."""
        given = called(self.answer, list(log), now_s) if len(log) < 5 else f"{len(log)} requests ({_kinds(log, now_s)}), now_s={now_s:g}"
        near(self.right(log, now_s), call(self.answer, list(log), now_s), given, slips)

    def right(self, log: Sequence[Seen], now_s: float) -> float:
        counted = [each for each in log if now_s - self.v.window_s < each[0] <= now_s and self.counts(each[1])]
        bad = sum(self.is_bad(each) for each in counted)
        return 1 - bad / ((1 - self.v.slo) * len(counted)) if counted else 1.0

    def counts(self, status: int) -> bool:
        return not 400 <= status <= 499 or (status == 429 and self.v.refused_is_bad)

    def is_bad(self, seen: Seen) -> bool:
        return seen[1] >= 500 or seen[1] == 429 or seen[2] > self.v.slow_ms


def _kinds(log: Sequence[Seen], now_s: float) -> str:
    """What is in the log; with how slow and how old each kind is, unless there are too many kinds to say."""
    kinds = Counter((status, latency_ms, at_s - now_s) for at_s, status, latency_ms in log)
    if len(kinds) > MOST_KINDS:
        statuses = Counter(status for _, status, _ in log)
        return ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items())) + ", of all ages and latencies"
    return ", ".join(f"{count} × {status} in {ms:g} ms{_when(age_s)}" for (status, ms, age_s), count in sorted(kinds.items()))


def _when(age_s: float) -> str:
    return f" at now_s {'+' if age_s > 0 else '-'} {abs(age_s):,.0f}" if age_s else ""


budgets: Contract[Budget] = Contract("an error budget")
WHOLE = (
    "**Rounded on the way.** You took a whole number of allowed failures. *The budget is a share: (1 - slo) × those that count, as it "
    "comes.*"
)
NOW_S = 1_000_000.0


def good(count: int, at_s: float = NOW_S) -> list[Seen]:
    return [(at_s, 200, 20.0)] * count


@budgets.behaviour(
    why="99.8 % sounds well. Against a promise of 99.9 % it is twice what may fail, and that is the number which stops a release.",
    hint="Left = 1 - bad / allowed, where allowed = (1 - slo) × requests that count. All good: 1. Exactly what the SLO allows: 0.",
)
def failures_use_up_what_the_slo_allows(budget: Budget) -> None:
    slo = budget.v.slo
    for bad in (0, 2, 5, 10):
        log = [*good(10_000 - bad), *[(NOW_S, 500, 20.0)] * bad]
        slips = {
            "**That is the availability.** It is the share of good requests. *The budget is what the SLO leaves, 1 - slo; ask how much of "
            "that is used up.*": 1 - bad / 10_000,
            "**That is what is used.** *Take it from 1.*": bad / ((1 - slo) * 10_000),
            "**The SLO on the wrong side.** You divided by the promise, and what may fail is the rest. *Divide by (1 - slo).*": 1
            - bad / (slo * 10_000),
        }
        budget.check(log, NOW_S, slips)


@budgets.behaviour(
    why="A budget that stops at 0 hides how far beyond it one is: the day after a bad outage looks like the day after a small one.",
    hint="Do not cut off at 0: three times the allowed failures leave -2.",
)
def an_overspent_budget_is_negative(budget: Budget) -> None:
    budget.check([*good(500), *[(NOW_S, 503, 20.0)] * 500], NOW_S)


@budgets.behaviour(
    why="People leave a page that takes too long. A promise of availability without a time is kept by a service that nobody can use.",
    hint="A request is bad if its status is 500 or more *or* its latency is above slow_ms. Exactly slow_ms is still good.",
)
def a_slow_answer_is_a_bad_one(budget: Budget) -> None:
    slow = budget.v.slow_ms
    for latency_ms in (slow, slow + 1, 10 * slow):
        budget.check([*good(990), *[(NOW_S, 200, float(latency_ms))] * 10], NOW_S)
    budget.check([*good(990), *[(NOW_S, 500, 10.0 * slow)] * 10], NOW_S)  # slow and failed: one bad request, not two


@budgets.behaviour(
    why="A link that is typed wrongly is not an outage. Counted as good it pads the denominator, counted as bad it wakes somebody up.",
    hint="Leave 4xx out of both counts, the bad ones and all, slow ones too. Mind 429, for which the question has a rule of its own.",
)
def the_callers_mistakes_do_not_count(budget: Budget) -> None:
    mixed = [*good(900), (NOW_S, 500, 20.0), *[(NOW_S, 404, 20.0)] * 9_000]
    budget.check(mixed, NOW_S, {WHOLE: 1 - 1 / max(math.floor((1 - budget.v.slo) * 901), 1)})
    budget.check([*good(900), *[(NOW_S, 499, 20.0)] * 99, *[(NOW_S, 400, 1e5)] * 99], NOW_S)
    budget.check([(NOW_S, 399, 20.0), (NOW_S, 500, 20.0)], NOW_S)


@budgets.behaviour(
    why="Who is to blame for a refusal is a decision. It has to stand in the promise, since at the peak it is most of what fails.",
    hint="Read the sentence on 429 in the card: it is either bad, and counts, or it is left out of both counts.",
)
def a_refusal_counts_as_agreed(budget: Budget) -> None:
    budget.check([*good(950), (NOW_S, 500, 20.0), *[(NOW_S, 429, 1.0)] * 49], NOW_S)


@budgets.behaviour(
    why="Whoever counts since the beginning of time never feels an outage again after the first good year.",
    hint="Count requests with now_s - window_s < at_s <= now_s, whatever their order in the log.",
)
def only_the_window_counts(budget: Budget) -> None:
    old, new = NOW_S - budget.v.window_s, NOW_S
    failures = [(old - 5.0, 500, 20.0), (old, 500, 20.0), (old + 1.0, 500, 20.0), (new, 500, 20.0), (new + 1.0, 500, 20.0)]
    budget.check([*failures[3:], *good(400), *failures[:3], *good(5_000, old - 60)], NOW_S)


@budgets.behaviour(
    why="At night there may be nothing to count; an alert that divides by zero is an alert that does not come in the morning.",
    hint="If nothing counts, nothing is used up: return 1.",
)
def with_nothing_to_count_all_is_left(budget: Budget) -> None:
    budget.check([], NOW_S)
    budget.check([(NOW_S, 404, 20.0), (NOW_S - 10 * budget.v.window_s, 500, 20.0)], NOW_S)


@budgets.behaviour(
    why="A rule holds for every mixture, not for one kind of trouble at a time.",
    hint="Go through the log once; for each request ask: in the window? does it count? is it bad?",
)
def a_log_of_everything_is_counted_right(budget: Budget) -> None:
    rng, size = budget.trial.rng, 3_000 if budget.trial.hidden else 400
    statuses = rng.choice([200, 201, 301, 404, 429, 499, 500, 503], size).tolist()
    ages, latencies = rng.uniform(-0.1, 1.6, size) * budget.v.window_s, rng.exponential(budget.v.slow_ms / 2, size)
    log = [(NOW_S - age, status, latency) for age, status, latency in zip(ages.tolist(), statuses, latencies.tolist(), strict=True)]
    budget.check(log, NOW_S)


def judge_budget(answer: Any, trial: Trial) -> Report:
    return budgets.run(Budget(answer, trial.variant, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
