"""Laws of the five algorithms beyond the contract: redis-cell's cases, round trips, expiry, outages, forks, clusters."""

from __future__ import annotations

import math
import multiprocessing
import os
import time
import uuid
from typing import Any

import pytest

from reference.twitter.backend import connect
from reference.twitter.clock import ManualClock
from reference.twitter.errors import InvalidInput, Unavailable
from reference.twitter.ratelimit import GCRA, Decision, FixedWindow, SlidingWindowCounter, SlidingWindowLog, TokenBucket
from reference.twitter.ratelimit.calls import lua
from tests.servers import redis_server

BUCKETS = [TokenBucket, GCRA]
ALL = [*BUCKETS, SlidingWindowLog, SlidingWindowCounter, FixedWindow]


@pytest.fixture
def space() -> str:
    return f"test-{uuid.uuid4().hex[:8]}"


def brief(decision: Decision) -> tuple[bool, int, float, float]:
    return decision.allowed, decision.remaining, round(decision.retry_after_s, 3), round(decision.reset_after_s, 3)


@pytest.mark.parametrize("kind", BUCKETS)
def test_the_published_cases_of_redis_cell_pass(kind: Any, redis: Any, space: str) -> None:
    """Its burst of 4 is a capacity of 5; where it answers a retry of -1 (never), we raise."""
    clock = ManualClock(1_700_000_000)
    limiter = kind(redis, 5, 1.0, clock, namespace=space)

    def at(seconds: float, cost: int = 1) -> tuple[bool, int, float, float]:
        clock.advance(1_700_000_000 + seconds - clock.now())
        return brief(limiter.acquire("k", cost))

    with pytest.raises(InvalidInput, match="cost must be 0 … 5, not 6"):
        at(0, 6)
    assert limiter.peek("k").remaining == 5
    assert [at(0) for _ in range(5)] == [(True, 4 - i, 0.0, float(i + 1)) for i in range(5)]
    assert at(0) == (False, 0, 1.0, 5.0)
    assert at(3.0) == (True, 2, 0.0, 3.0)
    assert at(3.1) == (True, 1, 0.0, 3.9)
    assert at(4.0) == (True, 1, 0.0, 4.0)
    assert at(8.0) == (True, 4, 0.0, 1.0)
    assert at(9.5) == (True, 4, 0.0, 1.0)
    assert at(9.5, 0) == (True, 4, 0.0, 1.0)
    assert at(9.5, 2) == (True, 2, 0.0, 3.0)
    assert at(9.5, 5) == (False, 2, 3.0, 3.0)
    with pytest.raises(InvalidInput, match="refill_per_s"):
        kind(redis, 5, 0.0)


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "5", None, True, 10**10])
def test_a_wrong_capacity_is_named_in_the_error(wrong: Any) -> None:
    for kind in ALL:
        with pytest.raises(InvalidInput, match=f"(capacity|limit) must be .*{wrong}"):
            kind(None, wrong, 1.0)


@pytest.mark.parametrize("wrong", [0, -1.0, math.nan, math.inf, -math.inf, "1", None, True, 1e-12])
def test_a_wrong_rate_or_window_is_named_in_the_error(wrong: Any) -> None:
    for kind in ALL:
        with pytest.raises(InvalidInput, match=r"(refill_per_s|window_s) must be a number from .* not"):
            kind(None, 100, wrong)


def test_a_rate_that_gcra_cannot_keep_exactly_is_refused() -> None:
    with pytest.raises(InvalidInput, match="100000"):
        GCRA(None, 5, 200_000)
    assert TokenBucket(None, 5, 200_000).refill_per_s == 200_000


@pytest.mark.parametrize("kind", ALL)
def test_wrong_calls_are_errors_and_take_nothing(kind: Any, redis: Any, space: str) -> None:
    limiter = kind(redis, 5, 1.0, ManualClock(), namespace=space)
    for key, cost in (("", 1), (None, 1), (7, 1), ("k", -1), ("k", 6), ("k", 1.5), ("k", math.nan), ("k", True)):
        with pytest.raises(InvalidInput, match=r"key|cost"):
            limiter.acquire(key, cost)
    with pytest.raises(InvalidInput):
        limiter.acquire_many(["k", ""])
    assert limiter.peek("k").remaining == 5 and not redis.keys(f"{space}:*")
    with pytest.raises(InvalidInput, match="namespace"):
        kind(redis, 5, 1.0, namespace="")


def test_a_decision_is_true_exactly_when_it_allows() -> None:
    assert Decision(True, 1, 0, 0.0, 1.0) and not Decision(False, 1, 0, 1.0, 1.0)


@pytest.mark.parametrize("kind", ALL)
def test_many_keys_take_one_round_trip_and_are_answered_in_order(kind: Any, redis: Any, space: str) -> None:
    limiter = kind(redis, 3, 1.0, ManualClock(), namespace=space)
    lua(kind.script).load(redis)
    keys = ["a", "b", "a", "a", "b", "a", "c"]
    trips: list[int] = []
    pipeline = redis.pipeline

    def counted(*args: Any, **options: Any) -> Any:
        trips.append(1)
        return pipeline(*args, **options)

    redis.pipeline = counted
    decisions = limiter.acquire_many(keys)
    assert [d.remaining for d in decisions] == [2, 2, 1, 0, 1, 0, 2]
    assert [bool(d) for d in decisions] == [True] * 5 + [False, True] and len(trips) == 1
    assert limiter.acquire_many([]) == [] and len(trips) == 1
    assert [d.remaining for d in limiter.acquire_many(["d", "e"], [3, 1])] == [0, 2]
    assert [d.remaining for d in limiter.acquire_many(["c", "c"], peek=True)] == [2, 2]
    with pytest.raises(ValueError):
        limiter.acquire_many(["d", "e"], [1])


@pytest.mark.parametrize("kind", ALL)
def test_scripts_that_the_server_forgot_are_sent_again(kind: Any, redis: Any, space: str) -> None:
    limiter = kind(redis, 3, 1.0, ManualClock(), namespace=space)
    limiter.acquire("k")
    redis.script_flush()
    assert limiter.acquire("k").remaining == 1
    redis.script_flush()
    assert [d.remaining for d in limiter.acquire_many(["k", "other"])] == [0, 2]


@pytest.mark.parametrize("kind", ALL)
def test_state_outlives_its_use_by_a_margin_and_no_longer(kind: Any, redis: Any, space: str) -> None:
    pace = 0.4 if kind in BUCKETS else 5.0  # 2 at 0.4/s, or 2 in 5 s
    limiter = kind(redis, 2, pace, namespace=space)
    limiter.acquire("k")
    [key] = redis.keys(f"{space}:*")
    reset_ms = limiter.acquire("k").reset_after_s * 1000
    assert reset_ms + 500 < redis.pttl(key) <= reset_ms + 1001


def test_algorithms_of_one_namespace_do_not_read_each_others_state(redis: Any, space: str) -> None:
    limiters = [kind(redis, 3, 1.0, ManualClock(), namespace=space) for kind in ALL]
    for limiter in limiters:
        assert [limiter.acquire("k").remaining for _ in range(3)] == [2, 1, 0]
    limiters[0].forget("k")
    assert limiters[0].peek("k").remaining == 3 and limiters[1].peek("k").remaining == 0


def test_what_a_key_costs_in_memory(redis_url: str, space: str) -> None:
    """One short string, whatever the limit; the log pays for every admitted call."""
    client = connect(redis_url)
    sizes = {}
    for kind in ALL:
        kind(client, 1000, 1000.0 if kind in BUCKETS else 1.0, namespace=f"{space}-{kind.__name__}").acquire("user-1", 1000)
        [key] = client.keys(f"{space}-{kind.__name__}:*")
        sizes[kind] = client.memory_usage(key, samples=0)
    assert all(sizes[kind] < 200 for kind in ALL if kind is not SlidingWindowLog)
    assert sizes[SlidingWindowLog] > 50_000


def test_clients_with_wrong_clocks_share_the_servers_time(redis_url: str, space: str) -> None:
    """Without an injected clock nobody asks the client's: a bucket of 5 a day stays spent when this machine believes it is tomorrow."""
    import time_machine

    limiter = TokenBucket(connect(redis_url), 5, 5 / 86_400, namespace=space)
    assert all(limiter.acquire("k") for _ in range(5))
    with time_machine.travel(time.time() + 86_400):
        assert not limiter.acquire("k")


def test_an_outage_is_unavailable_at_once_and_a_restart_goes_unnoticed() -> None:
    with redis_server() as server:
        client = connect(server.url)
        limiter = TokenBucket(client, 5, 0.01)
        assert limiter.acquire("k").remaining == 4
        server.kill()
        started = time.monotonic()
        with pytest.raises(Unavailable, match="no rate limit without Redis"):
            limiter.acquire("k")
        assert time.monotonic() - started < 1
        with pytest.raises(Unavailable):
            limiter.acquire_many(["k", "l"])
        server.start()
        assert limiter.acquire("k").remaining == 4  # without persistence the state began anew


def test_an_error_of_the_script_is_not_taken_for_an_outage(redis: Any, space: str) -> None:
    limiter = TokenBucket(redis, 5, 1.0, namespace=space)
    redis.lpush(f"{space}:bucket:k", "not a bucket")
    for call in (lambda: limiter.acquire("k"), lambda: limiter.acquire_many(["k"])):
        with pytest.raises(Exception, match="WRONGTYPE") as caught:
            call()
        assert not isinstance(caught.value, Unavailable)
    assert limiter.acquire("other").remaining == 4


def _spend_in_child(limiter: TokenBucket, answers: Any) -> None:
    answers.put([limiter.acquire("k").remaining for _ in range(20)])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_does_not_read_its_parents_answers(redis_url: str, space: str) -> None:
    limiter = TokenBucket(connect(redis_url), 1000, 0.01, namespace=space)
    limiter.acquire("k")
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_spend_in_child, args=(limiter, answers))
    child.start()
    mine = [limiter.acquire("k").remaining for _ in range(20)]
    theirs = answers.get(timeout=20)
    child.join(20)
    assert sorted(mine + theirs) == list(range(959, 999))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALL)
def test_every_algorithm_works_on_a_cluster(kind: Any, cluster_url: str, space: str) -> None:
    limiter = kind(connect(cluster_url), 3, 1.0, ManualClock(), namespace=space)
    keys = [f"user-{i}" for i in range(30)]
    assert all(limiter.acquire_many(keys))
    assert [limiter.acquire(key).remaining for key in keys] == [1] * 30
    assert {d.remaining for d in limiter.acquire_many(keys)} == {0}
    assert not any(limiter.acquire_many(keys))
