"""What two answers on tails are judged by: how many pages meet a read's tail, and which remedy keeps a page's promise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Report
from reference.study.answers import choice, number
from reference.study.task import Trial

# --- how many pages meet the tail of a read ----------------------------------------------------------------------------------------------


def draw_late(rng: np.random.Generator) -> Mapping[str, Any]:
    """Reads such that the share is neither near a half, where fast and slow pages are as many, nor near nothing."""
    percent = (98, 99, 99.5, 99.9)[int(rng.integers(4))]
    share = float(rng.uniform(0.27, 0.39) if rng.integers(2) else rng.uniform(0.6, 0.85))
    return {"percent": percent, "reads": round(math.log(1 - share) / math.log(percent / 100)), "ms": 5 * int(rng.integers(4, 13))}


def judge_late(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    fast = (v.percent / 100) ** v.reads
    right = 100 * (1 - fast)
    slips = {
        "tail-of-one": 100 - v.percent,
        "added-chances": v.reads * (100 - v.percent),
        "**Those are the fast pages.** In that share *all* reads are in time. *Take it from 100 %.*": 100 * fast,
        "**A share is not a percentage.** 0.3 and 30 % are the same, and here %-numbers are asked for. *Multiply by 100.*": right / 100,
    }
    why = "One slow read in a hundred sounds rare. Whoever sends a hundred at once meets it on most pages: the tail becomes the usual case."
    hint = "How likely is it that all of the reads are in time? What is left are the pages that wait."
    return number(answer, right, "%", tolerance=0.05, why=why, hint=hint, slips=slips)


# --- which remedy for the tail -----------------------------------------------------------------------------------------------------------

SHARES = (0.9, 0.09, 0.009, 0.001)  # of reads: usual, slower, slow, stuck
Plan = tuple[str, float]  # "hedge" after ms, "cache" that answers %, or "partial": without so many


def draw_tail(rng: np.random.Generator) -> Mapping[str, Any]:
    unit = (1.0, 1.5, 2.0, 2.5, 3.0)[int(rng.integers(5))]
    hit_percent, left_out = (50, 60)[int(rng.integers(2))], int(rng.integers(2, 4))
    plans: list[Plan] = [("hedge", _tidy(unit * after)) for after in (6, 12, 40)] + [("cache", hit_percent), ("partial", left_out)]
    order = rng.permutation(len(plans)).tolist()
    keyed = {key: plans[place] for key, place in zip("abcde", order, strict=True)}
    return {
        "reads": int(rng.integers(40, 61)),
        "read_ms": [_tidy(unit * ms) for ms in (4, 10, 30, 90)],
        "target_ms": _tidy(unit * 36),
        "most_extra_percent": int(rng.integers(2, 6)),
        "plans": keyed,
    } | {f"plan_{key}": _in_words(*plan) for key, plan in keyed.items()}


def _tidy(ms: float) -> float:
    return int(ms) if ms == int(ms) else ms


HIT_MS = 1


def _in_words(kind: str, size: float) -> str:
    if kind == "cache":
        return f"a cache before the store: {size} % of the reads are answered in {HIT_MS} ms, the others go to the store at once"
    if kind == "partial":
        return f"the page goes on without the slowest {size} reads"
    return f"a read that has no answer after {size:g} ms is sent again, to another replica; the earlier answer counts"


@dataclass(frozen=True)
class Outlook:
    """What a plan does to a page: its p99, reads beyond the first in per cent, and reads that it does without."""

    p99_ms: float
    extra_percent: float
    left_out: int = 0


def outlook(plan: Plan, v: SimpleNamespace) -> Outlook:
    """Exactly, by going through all cases."""
    kind, size = plan
    read = dict(zip(v.read_ms, SHARES, strict=True))
    if kind == "partial":
        return Outlook(slowest_p99_ms(read, v.reads, int(size)), 0.0, int(size))
    if kind == "cache":
        hits = size / 100
        return Outlook(slowest_p99_ms({HIT_MS: hits} | {ms: (1 - hits) * share for ms, share in read.items()}, v.reads), 0.0)
    twice: dict[float, float] = {}
    for first_ms, first in read.items():
        for second_ms, second in read.items():
            ms = min(first_ms, size + second_ms)
            twice[ms] = twice.get(ms, 0.0) + first * second
    return Outlook(slowest_p99_ms(twice, v.reads), 100 * sum(share for ms, share in read.items() if ms > size))


def slowest_p99_ms(read: Mapping[float, float], reads: int, left_out: int = 0) -> float:
    """The shortest time within which all but `left_out` of `reads` are done on 99 % of pages."""
    for ms in sorted(read):
        late = sum(share for at_ms, share in read.items() if at_ms > ms)
        if sum(math.comb(reads, k) * late**k * (1 - late) ** (reads - k) for k in range(left_out + 1)) >= 0.99:
            return ms
    raise AssertionError("the slowest time of all is enough for every page")


def judge_tail(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    wrong = {key: _against(plan, v) for key, plan in v.plans.items()}
    right = next(key for key, reason in wrong.items() if not reason)
    why = "A remedy is bought with load, with completeness or with hope. Only arithmetic on the tail says which of them does the job."
    return choice(answer, right, {key: reason for key, reason in wrong.items() if reason}, why=why)


def _against(plan: Plan, v: SimpleNamespace) -> str:
    """Which promise the plan breaks; "" for the one that keeps all."""
    found, stuck = outlook(plan, v), v.reads * SHARES[-1]
    if found.left_out:
        return (
            f"Up to {found.left_out} of the timelines would be missing on a page, and the page needs them all: it is quick by leaving out."
        )
    if found.extra_percent > v.most_extra_percent:
        return (
            f"So early, {found.extra_percent:.0f} % of the reads are sent twice; the store bears {v.most_extra_percent} % more. A hedge "
            "has to wait until the usual reads are in."
        )
    if found.p99_ms > v.target_ms and plan[0] == "cache":
        misses = v.reads * (100 - plan[1]) / 100
        return (
            f"{misses:.0f} reads of a page still go to the store, and {100 * misses * SHARES[-1]:.1f} % of pages have a stuck one among "
            f"them: p99 stays {found.p99_ms:g} ms. A cache makes the usual read cheap; the tail is made of misses."
        )
    if found.p99_ms > v.target_ms:
        return (
            f"Some {100 * stuck:.0f} % of pages have a stuck read. It is noticed so late that p99 is {found.p99_ms:g} ms; promised are "
            f"{v.target_ms:g} ms."
        )
    return ""
