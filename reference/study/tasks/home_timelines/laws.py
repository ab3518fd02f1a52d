"""What two answers on home timelines are judged by: how many scores a burst of ids has, and what to keep a timeline in."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Report
from reference.study.answers import choice, number
from reference.study.task import Trial

SIGNIFICANT_BITS = 53
PAGE = 20
BYTES = {"sorted set": 120, "list": 10.4}  # an entry of 800, Redis 7.0; see notebook 07c, section 7


# --- the id as a score --------------------------------------------------------------------------------------------------------------------


def draw_scores(rng: np.random.Generator) -> Mapping[str, Any]:
    bits = int(rng.integers(58, 63))
    return {"bits": bits, "ids": int(rng.integers(20, 41)) << (bits - SIGNIFICANT_BITS)}


def judge_scores(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    lost = v.bits - SIGNIFICANT_BITS
    right = v.ids >> lost
    slips = {
        "**Each its own score.** So it would be below 2^53. Above, a double cannot tell neighbours apart. *Find the distance between two "
        "doubles there.*": v.ids,
        f"**Bits are not numbers.** A double drops {lost} bits of such an id. n bits count 2ⁿ things. *Raise 2 to the bits first.*": v.ids
        / lost,
        "**One bit too few.** A double keeps 53 significant bits: 52 are written down, and the leading 1 is understood. *Count it.*": right
        / 2,
        "**One bit too many.** 53 bits of a double are significant, the leading 1 included. *Drop the id's other bits.*": right * 2,
    }
    why = (
        "A page by score jumps over all ids that share the last one's score, or never gets past them. It shows only in the busiest moment."
    )
    hint = "An id of n bits loses n - 53 of them: so many neighbours share one score."
    return number(answer, right, "scores", tolerance=0.06, why=why, hint=hint, slips=slips)


# --- what to keep a timeline in -----------------------------------------------------------------------------------------------------------

SET, LIST = "sorted set", "list"
REBUILD, CREATE = "a delivery to a timeline that is not there does nothing, and the next read rebuilds it", "a delivery creates it"


def draw_keep(rng: np.random.Generator) -> Mapping[str, Any]:
    pages, active_percent = int(rng.integers(12, 31)), 5 * int(rng.integers(4, 8))
    accounts_m, cap = 20 * int(rng.integers(10, 26)), PAGE * pages
    need_gb = accounts_m * 1e6 * active_percent / 100 * cap * BYTES[SET] / 1e9
    plans = [(SET, cap, "active", "rebuild"), (SET, cap, "all", "rebuild"), (LIST, cap, "active", "rebuild")]
    plans += [(SET, 100, "active", "rebuild"), (SET, cap, "active", "create")]
    order = rng.permutation(len(plans)).tolist()
    return {
        "accounts_m": accounts_m,
        "active_percent": active_percent,
        "pages": pages,
        "most_gb": 100 * round(need_gb * 1.4 / 100),
        "set_bytes": BYTES[SET],
        "list_bytes": BYTES[LIST],
        "plans": {key: plans[place] for key, place in zip("abcde", order, strict=True)},
    } | {f"plan_{key}": _in_words(*plans[place]) for key, place in zip("abcde", order, strict=True)}


def _in_words(kind: str, cap: int, readers: str, absent: str) -> str:
    whose = "every account" if readers == "all" else "each active reader, dropped after two weeks without a visit"
    return f"a {kind} of {cap} ids for {whose}; {REBUILD if absent == 'rebuild' else CREATE}"


def judge_keep(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    wrong = {key: _against(plan, v) for key, plan in v.plans.items()}
    right = next(key for key, reason in wrong.items() if not reason)
    why = "A timeline is a cache that is also written to: it has to fit, to be complete whenever it is there, and to take an id twice."
    return choice(answer, right, {key: reason for key, reason in wrong.items() if reason}, why=why)


def _against(plan: tuple[str, int, str, str], v: SimpleNamespace) -> str:
    """What breaks with this plan; "" for the one that holds."""
    kind, cap, readers, absent = plan
    share = 1 if readers == "all" else v.active_percent / 100
    gigabytes = v.accounts_m * 1e6 * share * cap * BYTES[kind] / 1e9
    if gigabytes > v.most_gb:
        return f"It takes {gigabytes:,.0f} GB; there are {v.most_gb:,}. Most of it would lie in timelines that nobody opens."
    if kind == LIST:
        return "The queue delivers at least once: a list takes the same id twice, a late tweet lies on top, and no page begins below an id."
    if cap < v.pages * PAGE:
        return f"{cap} ids are {cap // PAGE} pages; readers turn up to {v.pages}. Small sets are cheap, and hold too little."
    if absent == "create":
        return (
            "Who was away has a timeline of one tweet, which looks complete: not empty, so nobody rebuilds it. Absent must go on meaning "
            "incomplete."
        )
    return ""
