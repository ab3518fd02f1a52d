"""Fanout of one tweet to 10,000 live timelines: ours on a server, a cluster and fakeredis, against a pipeline and redis-benchmark."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

from reference.twitter.backend import connect
from reference.twitter.homes import IdTimelines, member
from tests.benchmarks.harness import Measure, Row, interleave, report, row
from tests.servers import redis_cluster, redis_server, require_program

FOLLOWERS = 10_000
TWEETS = 3
FAKE_FOLLOWERS = 2_000
PIPELINE = "pipeline of 1000"
LIMIT = "redis-benchmark -P 100 ZADD"
CAP = 800
START_ID = 1 << 60
HISTORY = [START_ID - i for i in range(1, 201)]  # beyond 128 entries Redis changes the encoding; a full 800 needs 3 GB here


def deliveries_per_s(deliver: Callable[[int], object], followers: int, ids: Iterator[int]) -> Measure:
    """A measure: deliveries per second over TWEETS new tweets."""

    def measure() -> float:
        started = time.perf_counter()
        for _ in range(TWEETS):
            deliver(next(ids))
        return TWEETS * followers / (time.perf_counter() - started)

    return measure


def pipeline_of_1000(redis: Any) -> Callable[[int], object]:
    """The published way: ZADD and a trim for each follower, 1000 followers a pipeline; on timelines as long as ours."""
    for first in range(0, FOLLOWERS, 100):
        with redis.pipeline(transaction=False) as pipe:
            for follower in range(first, first + 100):
                pipe.zadd(f"published:{follower}", {member(tweet_id): 0 for tweet_id in HISTORY})
            pipe.execute()

    def deliver(tweet_id: int) -> None:
        for first in range(0, FOLLOWERS, 1000):
            with redis.pipeline(transaction=False) as pipe:
                for follower in range(first, first + 1000):
                    pipe.zadd(f"published:{follower}", {member(tweet_id): 0})
                    pipe.zremrangebyrank(f"published:{follower}", 0, -CAP - 1)
                pipe.execute()

    return deliver


def ours(redis: Any, followers: int) -> Callable[[int], object]:
    """Our delivery to timelines that are live and hold the same history."""
    homes = IdTimelines(redis, "bench", "home", cap=CAP)
    owners = list(range(followers))
    for first in range(0, followers, 1000):
        homes.build_many(owners[first : first + 1000], lambda some: dict.fromkeys(some, HISTORY))
    return lambda tweet_id: homes.add([tweet_id], owners)


def redis_benchmark(port: int) -> Measure:
    """What the server takes from its own C client: pipelined ZADDs a second on random keys, one connection."""
    command = [require_program("redis-benchmark"), "-p", str(port), "-c", "1", "-P", "100", "-n", "100000", "-r", str(FOLLOWERS), "--csv"]
    command += ["ZADD", "limit:__rand_int__", "0", member(START_ID)]

    def measure() -> float:
        output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
        return float(output.strip().splitlines()[-1].split(",")[1].strip('"'))

    return measure


def run(rounds: int = 5) -> list[Row]:
    """All in one interleaved run; every figure in deliveries per second."""
    ids = count(START_ID)
    with redis_server() as server, redis_cluster() as cluster_url:
        one, cluster = connect(server.url), connect(cluster_url)
        measures = {
            PIPELINE: deliveries_per_s(pipeline_of_1000(one), FOLLOWERS, ids),
            "ours, one redis-server": deliveries_per_s(ours(one, FOLLOWERS), FOLLOWERS, ids),
            "ours, 3-master cluster": deliveries_per_s(ours(cluster, FOLLOWERS), FOLLOWERS, ids),
            "ours, fakeredis": deliveries_per_s(ours(connect("fakeredis://"), FAKE_FOLLOWERS), FAKE_FOLLOWERS, ids),
            LIMIT: redis_benchmark(server.port),
        }
        figures = interleave(measures, rounds)
    return [
        row(figures, PIPELINE, "deliveries/s"),
        row(figures, "ours, one redis-server", "deliveries/s", PIPELINE, at_least=3.0),
        row(figures, "ours, 3-master cluster", "deliveries/s", PIPELINE, at_least=2.5),
        row(figures, "ours, fakeredis", "deliveries/s", PIPELINE),
        row(figures, LIMIT, "ZADD/s"),
        replace(row(figures, "ours, one redis-server", "deliveries/s", LIMIT), name="ours, as a share of that limit"),
    ]


def main() -> int:
    return report(run(), f"Fanout to {FOLLOWERS:,} followers")


if __name__ == "__main__":
    sys.exit(main())
