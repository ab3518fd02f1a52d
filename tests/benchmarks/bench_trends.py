"""Hashtag uses a second, counted with their unique users on a real redis-server: ours, the published way, in-process peers."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from reference.twitter.backend import connect
from reference.twitter.clock import ManualClock
from reference.twitter.trends import HeavyHitters, TrendPolicy, TrendTracker
from tests.benchmarks.harness import Measure, Row, interleave, per_second, report, row
from tests.servers import redis_server

BATCH = 1_000_000
PUBLISHED_BATCH = 20_000
VOCABULARY, PEOPLE, ZIPF_EXPONENT = 200_000, 10_000_000, 1.1  # 64 % of the tags of a batch occur once
PIPELINE = "pipeline of 1000 ZINCRBY + PFADD"
EVERY_TAG = "ours, all counts and users exact"
COUNTS = "ours, users of tags that can trend"
BOUNDED = "ours, heavy hitters in front"
COUNTER = "Counter + sets in process, no Redis"
LIMIT = "1 M uses/s"
CITY_OF_MILLIONS = TrendPolicy(min_unique_users=1000)
CAN_TREND = 40  # uses an hour before users are counted: 4 % of the people that a trend needs


def stream() -> tuple[list[str], np.ndarray]:
    """A batch as a consumer gets it: strings of its own for each use, nothing interned."""
    rng = np.random.default_rng(2026)
    share = 1 / np.arange(1, VOCABULARY + 1) ** ZIPF_EXPONENT
    ranks = rng.choice(VOCABULARY, BATCH, p=share / share.sum())
    return " ".join(f"tag{rank}" for rank in ranks.tolist()).split(" "), rng.integers(1, PEOPLE, BATCH)


def pipeline_of_1000(redis: Any, tags: list[str], users: list[int]) -> Callable[[], None]:
    """The published way: for each use one ZINCRBY and one PFADD, 1000 uses a pipeline."""

    def work() -> None:
        for start in range(0, PUBLISHED_BATCH, 1000):
            with redis.pipeline(transaction=False) as pipe:
                for tag, user in zip(tags[start : start + 1000], users[start : start + 1000], strict=True):
                    pipe.zincrby("published:minute", 1, tag)
                    pipe.pfadd(f"published:users:{tag}", user)
                pipe.execute()

    return work


def counter_and_sets(tags: list[str], users: list[int]) -> Callable[[], None]:
    """Exact, in one process, gone with it."""

    def work() -> None:
        Counter(tags)
        people = defaultdict(set)
        for tag, user in zip(tags, users, strict=True):
            people[tag].add(user)

    return work


def ours(redis: Any, name: str, front: HeavyHitters | None, tags: list[str], users: np.ndarray) -> Callable[[], object]:
    """record_many of a batch a second of virtual time: minutes begin and end as they would."""
    clock = ManualClock(1_768_219_200)
    tracker = TrendTracker(redis, clock, CITY_OF_MILLIONS, name, front=front)

    def work() -> None:
        clock.advance(1)
        assert tracker.record_many(tags, users) == BATCH

    return work


def run(rounds: int = 5) -> list[Row]:
    """All in one interleaved run; every figure in uses per second."""
    tags, users = stream()
    people = users.tolist()
    with redis_server() as server:
        redis = connect(server.url)
        measures: dict[str, Measure] = {
            PIPELINE: per_second(pipeline_of_1000(redis, tags, people), PUBLISHED_BATCH),
            EVERY_TAG: per_second(ours(redis, "all", None, tags, users), BATCH),
            COUNTS: per_second(ours(redis, "users", HeavyHitters(CAN_TREND, counts_too=False), tags, users), BATCH),
            BOUNDED: per_second(ours(redis, "bounded", HeavyHitters(CAN_TREND), tags, users), BATCH),
            COUNTER: per_second(counter_and_sets(tags, people), BATCH),
            LIMIT: lambda: float(BATCH),
        }
        figures = interleave(measures, rounds)
    return [
        row(figures, PIPELINE, "uses/s"),
        row(figures, EVERY_TAG, "uses/s", PIPELINE, at_least=10),
        row(figures, COUNTS, "uses/s", PIPELINE, at_least=15),
        row(figures, BOUNDED, "uses/s", PIPELINE, at_least=20),
        row(figures, COUNTER, "uses/s", PIPELINE),
        replace(row(figures, BOUNDED, "uses/s", LIMIT, at_least=1.0), name="ours, as a multiple of a million"),
        replace(row(figures, BOUNDED, "uses/s", COUNTER), name="ours, against Counter + sets"),
    ]


def main() -> int:
    return report(run(), f"Trends: counts and unique users of hashtags, batches of {BATCH:,} uses")


if __name__ == "__main__":
    sys.exit(main())
