"""Design A's estimate, row by row, as laws: what its rows leave out although its other sections have it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.answers import call
from reference.study.task import Trial
from reference.study.tasks.near_values import near

DEADLINE_S, PATIENCE_S = 2.0, 0.4
DAY_S = 86_400
NAMES = "The four names stand in the question; the link is in Gbit/s."
ROWS = ("writes_per_s", "cache_gb", "link_gbit_per_s", "shards")
A = {  # design A's own figures; the likes and the last two are the course's
    "tweets_per_day": 500_000_000,
    "daily_users": 200_000_000,
    "loads_per_user": 10,
    "followers": 200,
    "likes_per_day": 1_000_000_000,
    "follows_per_day": 100_000_000,
    "write_peak": 2,
    "read_peak": 3,
    "tweet_bytes": 400,
    "response_bytes": 12_000,
    "years": 5,
    "cached_timelines": 160_000_000,
    "tweets_per_page": 20,
    "cached_ids": 100,
    "id_bytes": 8,
    "timeline_bytes": 40,
    "shard_writes_per_s": 2_000,
    "shard_bytes": 2_000_000_000_000,
}


def draw_mend(rng: np.random.Generator) -> Mapping[str, Any]:
    also = ("likes", "follows")[int(rng.integers(2))]
    return {"also": also, "also_name": f"{also}_per_day", "link_percent": (50, 60, 75, 80)[int(rng.integers(4))]}


@dataclass(frozen=True)
class Estimate:
    """The learner's function, what was asked of it, and dice."""

    answer: Any
    v: SimpleNamespace
    trial: Trial

    def check(self, row: str, given: str, slips: Mapping[str, float], **other: float) -> None:
        """One row over A's figures, some of them replaced. slips: sentence or misconception → what it computes."""
        a = SimpleNamespace(**{**A, **other})
        near(right(a, self.v)[row], self.found(a)[row], given, slips, UNITS[row])

    def found(self, a: SimpleNamespace) -> Mapping[str, Any]:
        got = call(self.answer, a)
        if not isinstance(got, dict) or set(got) != set(ROWS):
            raise Broken(f"a dict with the keys {', '.join(ROWS)}", repr(list(got) if isinstance(got, dict) else got)[:160], NAMES)
        return got


UNITS = {"writes_per_s": "rows/s", "cache_gb": "GB", "link_gbit_per_s": "Gbit/s", "shards": "shards"}


def right(a: SimpleNamespace, v: SimpleNamespace) -> dict[str, float]:
    """The four rows, mended."""
    rows_per_day = a.tweets_per_day * (1 + a.followers) + vars(a)[v.also_name]
    writes = rows_per_day / DAY_S * a.write_peak
    stored = a.tweets_per_day * a.tweet_bytes * 365 * a.years
    return {
        "writes_per_s": writes,
        "cache_gb": a.cached_timelines * (a.timeline_bytes + a.cached_ids * a.id_bytes) / 1e9,
        "link_gbit_per_s": bits_per_s(a) / 1e9 / (v.link_percent / 100),
        "shards": max(math.ceil(writes / a.shard_writes_per_s), math.ceil(stored / a.shard_bytes)),
    }


def bits_per_s(a: SimpleNamespace) -> float:
    return 8 * a.daily_users * a.loads_per_user / DAY_S * a.read_peak * a.response_bytes


rows: Contract[Estimate] = Contract("a mended estimate")
FIGURES = "design A's figures"


@rows.behaviour(
    why="The shards are chosen by this row. A's section 7.2 writes 200 rows for each tweet, and its section 3 counts one.",
    hint="What is written, all in all? Tweets, a row for each follower of their author, and what the card asks for besides; at the peak.",
)
def every_row_that_is_written_counts(estimate: Estimate) -> None:
    v = estimate.v
    for given, other in (
        (FIGURES, {}),
        ("the same with 11 followers and 3 times the average at the peak", {"followers": 11, "write_peak": 3}),
    ):
        a = SimpleNamespace(**{**A, **other})
        tweets, besides = a.tweets_per_day / DAY_S, vars(a)[v.also_name] / DAY_S
        full = right(a, v)["writes_per_s"]
        other_name = "likes_per_day" if v.also == "follows" else "follows_per_day"
        slips = {
            "tweets-for-deliveries": tweets * a.write_peak,
            f"**Tweets and {v.also}, no deliveries.** A pushed tweet is a row in the timeline of each follower (7.2), in this store. "
            f"*Tweets × "
            "followers, on top.*": (tweets + besides) * a.write_peak,
            f"**Without the {v.also}.** *The card asks for one more kind of write.*": tweets * (1 + a.followers) * a.write_peak,
            "**Without the tweets themselves.** Deliveries are copies; the tweet is a row, too. *1 + followers.*": (
                tweets * a.followers + besides
            )
            * a.write_peak,
            "average-for-peak": full / a.write_peak,
            "**Half of it at the peak.** Deliveries follow tweets: when twice as many are posted, twice as many are delivered. *The peak "
            "factor "
            "is for all writes.*": tweets * a.write_peak + tweets * a.followers + besides,
            f"**The other one.** *The card asks for {v.also}.*": (tweets * (1 + a.followers) + vars(a)[other_name] / DAY_S) * a.write_peak,
            f"**Likes and follows.** *The card asks for {v.also}, and only those.*": full + vars(a)[other_name] / DAY_S * a.write_peak,
            "million-second-day": full * DAY_S / 1e6,
        }
        estimate.check("writes_per_s", given, slips, **other)


@rows.behaviour(
    why="The 32 GB were computed for a page of 20 ids. The cache that is drawn two sections later keeps 100, and is said to take 32 GB.",
    hint="How many ids does the design keep for a reader (5.2)? A page is what is sent, not what is stored.",
)
def the_cache_holds_what_the_design_keeps(estimate: Estimate) -> None:
    for given, other in ((FIGURES, {}), ("the same with 800 cached ids of 16 bytes", {"cached_ids": 800, "id_bytes": 16})):
        a = SimpleNamespace(**{**A, **other})
        slips = {
            "**A page for a timeline.** You counted tweets_per_page, as A does. *The cache keeps cached_ids.*": a.cached_timelines
            * (a.timeline_bytes + a.tweets_per_page * a.id_bytes)
            / 1e9,
            "**Without the rest of an entry.** *Each timeline has its timeline_bytes beside the ids.*": a.cached_timelines
            * a.cached_ids
            * a.id_bytes
            / 1e9,
            "**All users.** *A keeps cached_timelines of them.*": a.daily_users * (a.timeline_bytes + a.cached_ids * a.id_bytes) / 1e9,
            "**The rest of an entry for every id.** *It is once for each timeline.*": a.cached_timelines
            * a.cached_ids
            * (a.timeline_bytes + a.id_bytes)
            / 1e9,
            "tweets-for-ids": a.cached_timelines * (a.timeline_bytes + a.cached_ids * a.tweet_bytes) / 1e9,
        }
        estimate.check("cache_gb", given, slips, **other)


@rows.behaviour(
    why="276 MB a second is an average, and nobody buys a link for the average. Three rows above it A has the peak.",
    hint="The busiest second, in bits, over the share to which the link may be filled: three steps from A's number.",
)
def the_link_carries_the_busiest_second(estimate: Estimate) -> None:
    share = estimate.v.link_percent / 100
    for given, other in (
        (FIGURES, {}),
        ("the same with 3 kB for a response, and 5 at the peak", {"response_bytes": 3_000, "read_peak": 5}),
    ):
        a = SimpleNamespace(**{**A, **other})
        bits = bits_per_s(a) / 1e9
        slips = {
            "bytes-for-bits": bits / 8 / share,
            "**Bytes, and the average.** Links are sold in bits and for the busiest second. *Times 8, times read_peak.*": bits
            / 8
            / a.read_peak
            / share,
            "average-for-peak": bits / a.read_peak / share,
            "utilisation-forgotten": bits,
            "utilisation-upside-down": bits * share,
            "**The peak of writes.** Responses are read. *read_peak.*": bits / a.read_peak * a.write_peak / share,
            "**A's own number.** It is in bytes, for the average, with the link full. *Times 8, times read_peak, over the share that may "
            "be "
            "filled.*": bits / 8 / a.read_peak,
        }
        estimate.check("link_gbit_per_s", given, slips, **other)


@rows.behaviour(
    why="A shard is full by its writes or by its bytes, whichever comes first. A looks at one of them, and another year it is the other.",
    hint="Shards for the writes, shards for the bytes of all years (one copy), each rounded up; then the larger.",
)
def the_shards_follow_from_what_asks_for_more(estimate: Estimate) -> None:
    few = {"followers": 2, "years": 10}
    for given, other in (
        (FIGURES, {}),
        ("the same with 2 followers, kept for 10 years", few),
        ("the same, kept for 20 years", {"years": 20}),
    ):
        a = SimpleNamespace(**{**A, **other})
        by_writes = right(a, estimate.v)["writes_per_s"] / a.shard_writes_per_s
        by_bytes = a.tweets_per_day * a.tweet_bytes * 365 * a.years / a.shard_bytes
        slips = {
            "**By the writes alone.** Here the bytes ask for more. *Compute both, take the larger.*": math.ceil(by_writes),
            "**By the bytes alone.** Here the writes ask for more. *Compute both, take the larger.*": math.ceil(by_bytes),
            "**Added.** The same shards take the writes and hold the bytes. *The larger of the two.*": math.ceil(by_writes)
            + math.ceil(by_bytes),
            "one-year-only": max(math.ceil(by_writes), math.ceil(by_bytes / a.years)),
            "**A part of a shard.** *Round up: shards are whole.*": max(by_writes, by_bytes),
            "**Rounded down.** The last shard is missing. *Round up.*": max(math.floor(by_writes), math.floor(by_bytes)),
            "**By the tweets written.** A's own reason: they are a small part of the writes. *Take the first row.*": math.ceil(
                a.tweets_per_day / DAY_S * a.write_peak / a.shard_writes_per_s
            ),
        }
        estimate.check("shards", given, slips, **other)


@rows.behaviour(
    why="An estimate is a formula. With A's numbers written into it, it is a table that is wrong next year.",
    hint="Take every figure from the argument; none of them belongs into the code but seconds a day, days a year and bits a byte.",
)
def it_holds_for_other_figures_too(estimate: Estimate) -> None:
    rng = estimate.trial.rng
    for number in range(60 if estimate.trial.hidden else 12):
        other = {name: value * int(rng.integers(1, 8)) for name, value in A.items()}
        a = SimpleNamespace(**other)
        expected, found = right(a, estimate.v), estimate.found(a)
        for row in ROWS:
            near(expected[row], found[row], f"figures by dice, set {number + 1}, row {row}", unit=UNITS[row])


def judge_mend(answer: Any, trial: Trial) -> Report:
    return rows.run(Estimate(answer, trial.variant, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
