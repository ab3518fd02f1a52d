"""Laws of leased tokens: what is out counts, expires, and comes back; the bound holds in every interval for any number of processes."""

from __future__ import annotations

import multiprocessing
import os
import threading
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.twitter.backend import connect
from reference.twitter.clock import NS_PER_S, ManualClock
from reference.twitter.errors import InvalidInput, Unavailable
from reference.twitter.ratelimit import LeasedTokenBucket
from reference.twitter.ratelimit.leased_token_bucket import MOST_KEYS


@pytest.fixture
def space() -> str:
    return f"test-{uuid.uuid4().hex[:8]}"


class Counted:
    """A client that counts its calls."""

    def __init__(self, redis: Any) -> None:
        self.redis, self.calls = redis, 0

    def execute_command(self, *args: Any) -> Any:
        self.calls += 1
        return self.redis.execute_command(*args)


def admitted(limiter: LeasedTokenBucket, calls: int, key: str = "k") -> int:
    return sum(bool(limiter.acquire(key)) for _ in range(calls))


def test_a_block_is_spent_without_a_round_trip(redis: Any, space: str) -> None:
    client = Counted(redis)
    limiter = LeasedTokenBucket(client, 100, 1.0, ManualClock(), block=20, namespace=space)
    assert admitted(limiter, 20) == 20 and client.calls <= 2  # the first call also sends the script's text
    assert admitted(limiter, 80) == 80 and client.calls <= 6


def test_refusals_need_no_round_trip_either_until_tokens_can_be_back(redis: Any, space: str) -> None:
    client, clock = Counted(redis), ManualClock()
    limiter = LeasedTokenBucket(client, 10, 1.0, clock, block=10, namespace=space)
    assert admitted(limiter, 11) == 10
    calls = client.calls
    assert admitted(limiter, 50) == 0 and client.calls == calls
    assert limiter.acquire("k").retry_after_s == 1.0 and limiter.acquire("k", 3).retry_after_s == 3.0
    clock.advance(1.0)
    assert admitted(limiter, 50) == 1


def test_what_one_process_holds_the_other_cannot_have(redis: Any, space: str) -> None:
    clock = ManualClock()
    one, other = (LeasedTokenBucket(redis, 10, 1.0, clock, block=6, lease_s=5, namespace=space) for _ in range(2))
    assert admitted(one, 1) == 1
    assert admitted(other, 10) == 4


def test_leased_tokens_do_not_refill_meanwhile(redis: Any, space: str) -> None:
    """Six are out for 5 s. A bucket that refilled behind their back would let 6 + 10 through in one instant."""
    clock = ManualClock()
    one, other = (LeasedTokenBucket(redis, 10, 100.0, clock, block=6, lease_s=5, namespace=space) for _ in range(2))
    assert admitted(one, 1) == 1
    clock.advance(4.0)
    assert admitted(one, 5) + admitted(other, 10) + admitted(one, 10) <= 10


def test_unspent_tokens_end_with_their_lease_and_then_refill(redis: Any, space: str) -> None:
    clock = ManualClock()
    one, other = (LeasedTokenBucket(redis, 10, 1.0, clock, block=6, lease_s=5, namespace=space) for _ in range(2))
    assert admitted(one, 1) == 1 and admitted(other, 10) == 4
    clock.advance(5.0)
    assert admitted(other, 20) == 4  # while 6 were out, no more than 10 - 6 could come back
    clock.advance(6.0)
    assert admitted(other, 20) == 6


def test_closing_brings_unspent_tokens_back(redis: Any, space: str) -> None:
    clock = ManualClock()
    one, other = (LeasedTokenBucket(redis, 10, 0.01, clock, block=8, lease_s=100, namespace=space) for _ in range(2))
    assert admitted(one, 3) == 3 and admitted(other, 10) == 2
    one.close()
    assert admitted(other, 10) == 0  # it remembers its refusal
    clock.advance(100)
    assert admitted(other, 10) == 6 and admitted(one, 1) == 0


def test_a_lost_answer_never_gives_tokens_twice(redis: Any, space: str) -> None:
    class Loses(Counted):
        losing = False

        def execute_command(self, *args: Any) -> Any:
            answer = super().execute_command(*args)
            if self.losing:
                raise ConnectionResetError("the answer got lost")
            return answer

    client, clock = Loses(redis), ManualClock()
    limiter = LeasedTokenBucket(client, 10, 0.01, clock, block=4, lease_s=1000, namespace=space)
    spent = admitted(limiter, 3)
    client.losing = True
    with pytest.raises(Unavailable):
        limiter.acquire("k", 2)
    client.losing = False
    assert spent + admitted(limiter, 20) <= 10


def test_tokens_whose_lease_ended_before_the_answer_came_are_not_spent(redis: Any, space: str) -> None:
    clock, always = ManualClock(), 9
    limiter = slowly_answered(redis, space, clock, always)
    assert not limiter.acquire("k") and clock.now() == ManualClock().now() + 12, "it asked twice and gave up"
    # at 6 s the 4 not leased and the 1 s since that lease ended make 5, all leased again; at 12 s: what 6 s have refilled
    assert admitted(LeasedTokenBucket(redis, 10, 1.0, clock, block=10, namespace=space), 20) == 6


def test_one_late_answer_refuses_nobody(redis: Any, space: str) -> None:
    """A busy machine is no refusal: the tokens of the late lease are lost to everybody, and another one is asked for."""
    clock = ManualClock()
    assert slowly_answered(redis, space, clock, late=1).acquire("k")
    assert admitted(LeasedTokenBucket(redis, 10, 1.0, clock, block=10, namespace=space), 20) == 0


def slowly_answered(redis: Any, space: str, clock: ManualClock, late: int) -> LeasedTokenBucket:
    """Its first `late` answers take 6 s each, 1 s longer than a lease."""

    class Slow(Counted):
        answers = 0

        def execute_command(self, *args: Any) -> Any:
            answer = super().execute_command(*args)
            self.answers += 1
            clock.advance(6.0 if self.answers <= late else 0.0)
            return answer

    LeasedTokenBucket(redis, 10, 1.0, clock, namespace=space).acquire("other")  # the script is known: one call is one round trip
    return LeasedTokenBucket(Slow(redis), 10, 1.0, clock, block=6, lease_s=5, namespace=space)


def test_a_cost_above_the_block_is_granted_when_the_bucket_has_it(redis: Any, space: str) -> None:
    limiter = LeasedTokenBucket(redis, 10, 1.0, ManualClock(), block=2, namespace=space)
    assert limiter.acquire("k", 7) and not limiter.acquire("k", 4) and limiter.acquire("k", 3)


def test_wrong_parameters_are_errors() -> None:
    for wrong in ({"block": 0}, {"block": 11}, {"lease_s": 0}, {"lease_s": float("nan")}, {"namespace": ""}):
        with pytest.raises(InvalidInput):
            LeasedTokenBucket(None, 10, 1.0, **wrong)
    for capacity, rate in ((0, 1.0), (10, 0.0), (10, float("inf"))):
        with pytest.raises(InvalidInput):
            LeasedTokenBucket(None, capacity, rate)
    limiter = LeasedTokenBucket(None, 10, 1.0)
    for key, cost in (("", 1), ("k", 11), ("k", -1), (None, 1)):
        with pytest.raises(InvalidInput):
            limiter.acquire(key, cost)  # type: ignore[arg-type]


def test_memory_in_process_is_bounded(redis_url: str, space: str) -> None:
    clock = ManualClock()
    limiter = LeasedTokenBucket(connect(redis_url), 10, 1.0, clock, namespace=space)
    for number in range(MOST_KEYS):
        limiter._purses[f"old-{number}"] = limiter._purses.get("old-0") or limiter._new_purse("old-0")
    limiter.acquire("new")
    assert len(limiter._purses) < 10


def test_threads_of_one_process_share_one_block(redis_url: str, space: str) -> None:
    limiter = LeasedTokenBucket(connect(redis_url), 1000, 0.01, block=50, lease_s=100, namespace=space)
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(admitted(limiter, 400))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sum(counts) == 1000


def _spend_in_child(limiter: LeasedTokenBucket, answers: Any) -> None:
    answers.put(admitted(limiter, 100))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_does_not_spend_its_parents_tokens(redis_url: str, space: str) -> None:
    limiter = LeasedTokenBucket(connect(redis_url), 100, 0.01, block=50, lease_s=100, namespace=space)
    assert admitted(limiter, 1) == 1
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_spend_in_child, args=(limiter, answers))
    child.start()
    theirs = answers.get(timeout=20)
    child.join(20)
    assert theirs == 50 and 1 + theirs + admitted(limiter, 100) == 100


steps = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([0.0, 0.0, 0.01, 0.1, 0.5, 3.0]), st.integers(1, 5), st.integers(1, 6)),
    min_size=1,
    max_size=40,
)


@given(steps=steps, block=st.integers(1, 10), lease_s=st.sampled_from([0.05, 0.4, 2.0]), rate=st.sampled_from([1.0, 7.0, 40.0]))
@settings(max_examples=120, deadline=None)
def test_no_interval_sees_more_than_capacity_plus_rate_times_t(
    redis_url: str, steps: list[tuple[int, float, int, int]], block: int, lease_s: float, rate: float
) -> None:
    """Four processes, any pauses, any costs, processes that close and come back."""
    clock, client, space = ManualClock(), connect(redis_url), f"leased-{uuid.uuid4().hex}"
    holders = [LeasedTokenBucket(client, 10, rate, clock, block=block, lease_s=lease_s, namespace=space) for _ in range(4)]
    spent: list[tuple[int, int]] = []
    for number, pause_s, cost, calls in steps:
        clock.advance(pause_s)
        if cost == 5 and calls == 6:
            holders[number].close()
        spent += [(clock.now_ns(), cost) for _ in range(calls) if holders[number].acquire("k", cost)]
    for first, (start, _) in enumerate(spent):
        total = 0
        for moment, cost in spent[first:]:
            total += cost
            assert total <= 10 + rate * (moment - start) / NS_PER_S + 1e-6
