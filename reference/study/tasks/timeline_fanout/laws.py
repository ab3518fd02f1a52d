"""What two answers on fanout policies are judged by: a threshold from a target, and a policy that keeps three promises."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Report
from reference.study.answers import choice, number
from reference.study.task import Trial

# --- from which follower count on ---------------------------------------------------------------------------------------------------------


def draw_threshold(rng: np.random.Generator) -> Mapping[str, Any]:
    return {
        "workers": int(rng.integers(12, 31)),
        "batch": (100, 200, 250)[int(rng.integers(3))],
        "batch_ms": (4, 5, 8)[int(rng.integers(3))],
        "share_percent": (20, 25, 40)[int(rng.integers(3))],
        "seconds": int(rng.integers(3, 9)),
    }


def judge_threshold(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    share = v.share_percent / 100
    right = v.workers * v.batch * 1000 / v.batch_ms * share * v.seconds
    slips = {
        "share-forgotten": right / share,
        "percent-as-whole": right * 100,
        "**You let the others have the tweet's share.** The share is what *this* tweet may take. *Multiply by it, not by the rest.*": (
            right / share * (1 - share)
        ),
        "**That is one worker.** All of them work on the tweet's batches. *Multiply by the workers.*": right / v.workers,
        f"**One insert at a time.** You let {v.batch_ms} ms bring one timeline; it brings a batch. *Multiply by the timelines of a "
        "batch.*": right / v.batch,
        "**That is a rate.** It says what one tweet gets in a second. *Multiply by the seconds that the freshness target allows.*": right
        / v.seconds,
    }
    why = (
        "A threshold that follows from a target can be defended, and moved when the target moves. One taken from a blog can only be quoted."
    )
    hint = "Batches a second of one worker; times timelines in a batch; times workers; of that the share; times the seconds."
    return number(answer, right, "followers", tolerance=0.05, why=why, hint=hint, slips=slips)


# --- which policy keeps the promises ------------------------------------------------------------------------------------------------------


def draw_policy(rng: np.random.Generator) -> Mapping[str, Any]:
    follows, active_percent = 10 * int(rng.integers(15, 26)), 5 * int(rng.integers(4, 7))
    tweets_per_s, rate, seconds = 500 * int(rng.integers(6, 15)), 10_000 * int(rng.integers(5, 13)), int(rng.integers(4, 7))
    middle = 10_000 * round(rate * seconds * float(rng.uniform(0.6, 0.9)) / 10_000)
    shares = {"low": int(rng.integers(32, 41)), "middle": int(rng.integers(8, 12)), "high": int(rng.integers(2, 4))}
    deliveries = tweets_per_s * follows * (100 - shares["middle"]) / 100 * active_percent / 100
    plans = [("middle", "active"), ("middle", "all"), ("none", "active"), ("low", "active"), ("high", "active")]
    order = rng.permutation(len(plans)).tolist()
    return {
        "follows": follows,
        "active_percent": active_percent,
        "tweets_per_s": tweets_per_s,
        "rate": rate,
        "seconds": seconds,
        "thresholds": {"low": middle // 100, "middle": middle, "high": middle * 30},
        "share_percent": shares,
        "largest": 1_000_000 * round(middle * 100 / 1_000_000),
        "most_deliveries_per_s": 1000 * round(deliveries * 1.25 / 1000),
        "most_lookups": round(follows * shares["middle"] / 100 * 1.5),
        "plans": {key: plans[place] for key, place in zip("abcde", order, strict=True)},
    } | {f"plan_{key}": _in_words(plans[place], middle) for key, place in zip("abcde", order, strict=True)}


def _in_words(plan: tuple[str, str], middle: int) -> str:
    threshold = {"low": middle // 100, "middle": middle, "high": middle * 30}.get(plan[0])
    readers = "the followers who are active" if plan[1] == "active" else "every follower"
    return f"push to {readers}" + (f"; pull from {threshold:,} followers on" if threshold else "; pull nobody")


def judge_policy(answer: Any, trial: Trial) -> Report:
    v = trial.variant
    wrong = {key: _against(plan, v) for key, plan in v.plans.items()}
    right = next(key for key, reason in wrong.items() if not reason)
    why = "Threshold and activity are two dials with two jobs: one bounds what a single tweet costs, the other what the whole day costs."
    return choice(answer, right, {key: reason for key, reason in wrong.items() if reason}, why=why)


def _against(plan: tuple[str, str], v: SimpleNamespace) -> str:
    """Which promise the plan breaks; "" for the one that keeps all."""
    at, readers = plan
    pulled = v.share_percent.get(at, 0) / 100
    reached = v.active_percent / 100 if readers == "active" else 1
    deliveries = v.tweets_per_s * v.follows * (1 - pulled) * reached
    slowest_s = v.thresholds.get(at, v.largest) * reached / v.rate
    if deliveries > v.most_deliveries_per_s:
        allowed = f"{v.most_deliveries_per_s:,} are allowed"
        return f"It makes {deliveries:,.0f} deliveries a second; {allowed}. Most go to timelines that nobody opens."
    if v.follows * pulled > v.most_lookups:
        return (
            f"A home read looks up {v.follows * pulled:.0f} authors; {v.most_lookups} are allowed. So many follows lead above so low a bar."
        )
    if slowest_s > v.seconds:
        return (
            f"The largest account that is pushed needs {slowest_s:.0f} s at {v.rate:,} deliveries a second; {v.seconds} s are promised. "
            "Activity thins a fanout out, and does not bound it."
        )
    return ""
