"""What estimates are judged by: two numbers with the slip behind a wrong one, and the one change that turns a design over."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Report
from reference.estimation.misconceptions import misconception
from reference.study.answers import choice, number
from reference.study.task import Trial

DAY_S = 86_400


# --- deliveries a second -----------------------------------------------------------------------------------------------------------------


def draw_deliveries(rng: np.random.Generator) -> Mapping[str, Any]:
    return {
        "tweets_per_day": 100_000_000 * int(rng.integers(1, 7)),
        "followers": (100, 150, 200, 300, 400)[int(rng.integers(5))],
        "active_percent": (20, 25)[int(rng.integers(2))],
        "peak": int(rng.integers(2, 4)),
    }


def judge_deliveries(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    share = v.active_percent / 100
    right = v.tweets_per_day * v.followers * share / DAY_S * v.peak
    slips = {
        "tweets-for-deliveries": right / v.followers,
        misconception("tweets-for-deliveries").says: right / v.followers / share,
        "share-forgotten": right / share,
        "percent-as-whole": right * 100,
        "average-for-peak": right / v.peak,
        "peak-squared": right * v.peak,
        "million-second-day": right * DAY_S / 1e6,
        "per-hour": right * 3_600,
        "per-day": right * DAY_S,
    }
    why = "Deliveries are the largest write load of a design that pushes. Whoever sizes it by tweets is off by the followers."
    hint = "Tweets a second first. Then for each tweet: how many timelines get it?"
    return number(answer, right, "deliveries/s", tolerance=0.2, why=why, hint=hint, slips=slips)


# --- workers that stay ahead of a queue --------------------------------------------------------------------------------------------------


def draw_workers(rng: np.random.Generator) -> Mapping[str, Any]:
    return {
        "jobs_per_s": 500 * int(rng.integers(5, 21)),
        "peak": int(rng.integers(3, 6)),
        "job_ms": (20, 30, 40, 50, 60)[int(rng.integers(5))],
        "busy_percent": (70, 80)[int(rng.integers(2))],
    }


def judge_workers(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    busy, at_peak = v.busy_percent / 100, v.jobs_per_s * v.peak
    in_flight = at_peak * v.job_ms / 1000
    right = math.ceil(round(in_flight / busy, 6))
    slips = {
        "ms-for-s": 1000 * in_flight / busy,
        "utilisation-forgotten": in_flight,
        "utilisation-upside-down": in_flight * busy,
        "average-for-peak": in_flight / v.peak / busy,
        "peak-squared": in_flight * v.peak / busy,
        "percent-as-whole": in_flight / v.busy_percent,
        "**Divided instead of multiplied.** Jobs a second over seconds a job is no number of anything. *Little's law: in progress = "
        "arrivals a "
        "second × seconds that each takes.*": at_peak / (v.job_ms / 1000) / busy,
        "**Divided by milliseconds.** Jobs a second over milliseconds a job is no number of anything. *Little's law: in progress = "
        "arrivals a second × seconds that each takes.*": at_peak / v.job_ms / busy,
    }
    why = "A fleet is a product of three numbers, and each can be measured. It is how a rate becomes machines, and machines a bill."
    return number(answer, right, "workers", tolerance=0.1, why=why, hint="How many jobs are in progress at once, at the peak?", slips=slips)


# --- the change that turns the design over -----------------------------------------------------------------------------------------------

CHANGES = {
    "follows": "Everybody follows {follows} accounts instead of {follows_now}, and so has that many followers on average.",
    "page": "A timeline shows {page} tweets instead of {page_now}.",
    "people": "{people} times as many people come on a day; they post and read as those do who come now.",
    "posts": "{posts} times as many tweets are posted on a day; readers come as often as now.",
    "visits": "Readers load {visits} % fewer timelines; as many tweets are posted as now.",
}
LIMIT = 2.0


def draw_flip(rng: np.random.Generator) -> Mapping[str, Any]:
    ratio, by_posts = int(rng.integers(3, 6)), bool(rng.integers(2))
    posts = {3: (2, 1.2), 4: (3, 1.5), 5: (3, 2)}[ratio][not by_posts]
    visits = {3: (10, 50), 4: (25, 60), 5: (40, 70)}[ratio][not by_posts]
    loads, millions = ratio * int(rng.integers(2, 5)), 50 * int(rng.integers(2, 7))
    values = {
        "daily_users": millions * 1_000_000,
        "loads": loads,
        "tweets_per_day": millions * loads // ratio * 1_000_000,
        "posts": posts,
        "visits": visits,
        "people": int(rng.integers(3, 6)),
        "page": 50,
        "page_now": 20,
        "follows": 100 * int(rng.integers(6, 11)),
        "follows_now": 200,
    }
    kinds = {key: list(CHANGES)[place] for key, place in zip("abcde", rng.permutation(len(CHANGES)).tolist(), strict=True)}
    return {**values, "kinds": kinds, "changes": {key: CHANGES[kind].format(**values) for key, kind in kinds.items()}}


def judge_flip(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    after = {key: loads_per_tweet(kind, v) for key, kind in v.kinds.items()}
    right = next(key for key, ratio in after.items() if ratio < LIMIT)
    explanations = {key: _stays(v.kinds[key], ratio, v) for key, ratio in after.items() if key != right}
    why = "An interviewer changes one input and watches whether you recompute everything, or go to the number that decides."
    return choice(answer, right, explanations, why=why)


def loads_per_tweet(kind: str, v: SimpleNamespace) -> float:
    """Timelines loaded for each tweet posted, after the change."""
    now = v.daily_users * v.loads / v.tweets_per_day
    return {"posts": now / v.posts, "visits": now * (1 - v.visits / 100)}.get(kind, now)


def _stays(kind: str, ratio: float, v: SimpleNamespace) -> str:
    reasons = {
        "follows": "Each tweet then costs more deliveries, and each load by pull as many more lookups: the followers cancel.",
        "page": "A page is one load, however long. It sizes the lookup of tweets, on either side alike.",
        "people": "They bring readers and writers in the same proportion: every rate grows, and no ratio.",
        "posts": "The right place to look, but the change is too small.",
        "visits": "The right place to look, but the change is too small.",
    }
    return f"{reasons[kind]} It leaves {ratio:.2g} timelines for each tweet, and the limit is {LIMIT:g}."
