"""What answers on limits are judged by where no code runs: the burst of a fixed window, and which limit keeps a promise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Report
from reference.study.answers import choice, number
from reference.study.task import Trial

LOG_ENTRY_BYTES = 80
BUCKET_BYTES = 150


# --- the edge of a fixed window ----------------------------------------------------------------------------------------------------------


def draw_edge(rng: np.random.Generator) -> Mapping[str, Any]:
    window_min = (4, 12, 20)[int(rng.integers(3))]
    quarters = (9, 10, 11, 13, 14, 15)[int(rng.integers(6))]
    return {"limit": 10 * int(rng.integers(3, 13)), "window_min": window_min, "stretch_min": window_min * quarters // 4}


def judge_edge(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    windows = v.stretch_min / v.window_min
    right = v.limit * (math.floor(windows) + 2)
    slips = {
        "**That is twice the limit, one edge.** It is right for a moment around one edge. *This stretch is longer: count the windows that "
        "it can touch.*": 2 * v.limit,
        "**Your stretch begins with a window.** Nobody says that it does: it may cut into one window at its beginning and into another at "
        "its end. *Move it until it touches one window more.*": v.limit * math.ceil(windows),
        "**That is the rate.** It is what gets through on average. *Whoever knows when the counter falls to 0 does not call "
        "evenly.*": v.limit * windows,
        "**That is a token bucket's promise,** capacity + rate × time. *A window does not give its calls back bit by bit: it gives all of "
        "them to whoever meets it, even for a moment.*": v.limit * (1 + windows),
        "**That is one window's worth.** *The stretch is longer than a window.*": v.limit,
    }
    why = "What stands behind the limiter is sized for what gets through, and not for the number in the documentation."
    hint = "How many windows can a stretch of that length touch, if it may begin at any moment? Each gives its whole limit."
    return number(answer, right, "calls", tolerance=0, why=why, hint=hint, slips=slips)


# --- which limit keeps the promise -------------------------------------------------------------------------------------------------------

KINDS = ("bucket", "mixed bucket", "small bucket", "log", "window", "counter")
WORDS = {
    "bucket": "a token bucket: capacity {hard}, {hard} tokens come back an hour",
    "mixed bucket": "a token bucket: capacity {burst}, {rest} tokens come back an hour",
    "small bucket": "a token bucket: capacity {small}, {most} tokens come back an hour",
    "log": "a sliding log: the time of each admitted call of the last hour, {hard} at most",
    "window": "a fixed window: a counter for each hour of the clock, {hard} at most",
    "counter": "a sliding counter: this hour's count and a share of the last one's, {hard} at most",
}


def draw_promise(rng: np.random.Generator) -> Mapping[str, Any]:
    hard, burst = 100 * int(rng.integers(3, 9)), 10 * int(rng.integers(5, 10))
    clients_m, small = int(rng.integers(20, 60)), burst // 2
    numbers = {"hard": hard, "burst": burst, "rest": hard - burst, "small": small, "most": hard - small}
    order = [KINDS[place] for place in rng.permutation(len(KINDS)).tolist()]
    log_gb = clients_m * hard * LOG_ENTRY_BYTES / 1000
    return {
        "hard": hard,
        "burst": burst,
        "clients_m": clients_m,
        "entry_bytes": LOG_ENTRY_BYTES,
        "bucket_bytes": BUCKET_BYTES,
        "memory_gb": round(clients_m * BUCKET_BYTES / 1000 + 0.05 * log_gb),
        "limits": {key: {"kind": kind, "says": WORDS[kind].format(**numbers)} for key, kind in zip("abcdef", order, strict=True)},
        "capacity": {"bucket": hard, "mixed bucket": burst, "small bucket": small},
        "hourly": {"bucket": hard, "mixed bucket": hard - burst, "small bucket": hard - small},
    }


def judge_promise(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    wrong = {key: _against(limit["kind"], v) for key, limit in v.limits.items()}
    right = next(key for key, reason in wrong.items() if not reason)
    why = "A limit is a promise to two sides: to what stands behind, never more than this; to the client, never less. Each can be computed."
    return choice(answer, right, {key: reason for key, reason in wrong.items() if reason}, why=why)


def _against(kind: str, v: SimpleNamespace) -> str:
    """What this limit breaks; "" for the one that keeps all three promises."""
    if kind == "log":
        return (
            f"The log is exact, and pays for it: {v.clients_m} M clients × {v.hard} entries × {v.entry_bytes} bytes are "
            f"{v.clients_m * v.hard * v.entry_bytes / 1000:,.0f} GB, and you have {v.memory_gb}."
        )
    if kind == "window":
        return f"Two bursts meet at the edge of two windows: {2 * v.hard} calls within a moment, so also within some hour."
    if kind == "counter":
        return (
            f"The sliding counter takes the calls of the last hour for evenly spread. If all {v.hard} came in its last minute, it "
            f"forgets them "
            f"too early: nearly {2 * v.hard} in some hour."
        )
    most = v.capacity[kind] + v.hourly[kind]
    if most > v.hard:
        return (
            f"A bucket promises capacity + rate × time: {v.capacity[kind]} + {v.hourly[kind]} = {most} in the hour that "
            f"begins when it is full."
        )
    if v.capacity[kind] < v.burst:
        return (
            f"Its hour is within the promise, but a full bucket gives {v.capacity[kind]} at once, and the app sends "
            f"{v.burst}: it would be refused."
        )
    return ""
