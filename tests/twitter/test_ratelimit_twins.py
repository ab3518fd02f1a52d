"""Each Lua file decides as its twin in plain Python, on random histories: pauses, costs, looks, clocks that step back."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.twitter.backend import connect
from reference.twitter.clock import ManualClock
from reference.twitter.ratelimit import GCRA, FixedWindow, SlidingWindowCounter, SlidingWindowLog, TokenBucket
from tests.twitter.plain_limiters import PlainBucket, PlainCounter, PlainLog, PlainWindow

LIMIT = 6
PER_S = (Fraction(1), Fraction(4), Fraction(50), Fraction(1, 8))  # intervals of whole microseconds
numbers = itertools.count()


def histories(back: bool) -> st.SearchStrategy[list[tuple[int, int, bool]]]:
    """(pause in µs, cost, peek) of each call, around a window of a few seconds."""
    pauses = st.one_of(st.just(0), st.integers(0, 300_000), st.integers(0, 9_000_000))
    if back:
        pauses = st.one_of(pauses, st.integers(-2_000_000, -1))
    return st.lists(st.tuples(pauses, st.integers(0, LIMIT), st.booleans()), min_size=1, max_size=30)


def same(limiter: Any, clock: ManualClock, twin: Any, history: list[tuple[int, int, bool]]) -> None:
    key = f"twin-{next(numbers)}"
    for pause_us, cost, peek in history:
        clock.advance(pause_us / 1e6)
        got = limiter.acquire(key, cost, peek)
        allowed, remaining, retry_us, reset_us = twin.acquire(clock.now_ns() // 1000, cost, peek)
        assert (got.allowed, got.remaining) == (allowed, remaining)
        assert abs(got.retry_after_s * 1e6 - retry_us) <= 1.01 and abs(got.reset_after_s * 1e6 - reset_us) <= 1.01


def against(kind: Callable[..., Any], pace: float, twin: Any, history: Any, url: str) -> None:
    clock = ManualClock(1_700_000_000 + 1000 * next(numbers))
    same(kind(connect(url), LIMIT, pace, clock, namespace="twins"), clock, twin, history)


@pytest.fixture(scope="module")
def url(redis_url: str) -> str:
    return redis_url


@given(history=histories(back=True), per_s=st.sampled_from(PER_S))
@settings(max_examples=80, deadline=None)
def test_the_token_bucket(url: str, history: Any, per_s: Fraction) -> None:
    against(TokenBucket, float(per_s), PlainBucket(LIMIT, per_s), history, url)


@given(history=histories(back=False), per_s=st.sampled_from(PER_S))
@settings(max_examples=80, deadline=None)
def test_gcra_decides_as_the_bucket_does(url: str, history: Any, per_s: Fraction) -> None:
    against(GCRA, float(per_s), PlainBucket(LIMIT, per_s), history, url)


@given(history=histories(back=True), window_s=st.sampled_from([0.5, 2.0, 5.0]))
@settings(max_examples=80, deadline=None)
def test_the_sliding_log(url: str, history: Any, window_s: float) -> None:
    against(SlidingWindowLog, window_s, PlainLog(LIMIT, round(window_s * 1e6)), history, url)


@given(history=histories(back=True), window_s=st.sampled_from([0.5, 2.0, 5.0]))
@settings(max_examples=80, deadline=None)
def test_the_sliding_counter(url: str, history: Any, window_s: float) -> None:
    against(SlidingWindowCounter, window_s, PlainCounter(LIMIT, round(window_s * 1e6)), history, url)


@given(history=histories(back=True), window_s=st.sampled_from([0.5, 2.0, 5.0]))
@settings(max_examples=80, deadline=None)
def test_the_fixed_window(url: str, history: Any, window_s: float) -> None:
    against(FixedWindow, window_s, PlainWindow(LIMIT, round(window_s * 1e6)), history, url)


@given(history=histories(back=False), rate=st.floats(0.01, 5000), skew=st.integers(-10_000_000, 10_000_000))
@settings(max_examples=60, deadline=None)
def test_no_interval_sees_more_than_capacity_plus_rate_times_t(url: str, history: Any, rate: float, skew: int) -> None:
    """For any rate, not only for those with whole intervals; three calls at each moment."""
    for kind in (TokenBucket, GCRA):
        clock = ManualClock(1_700_000_000 + skew)
        limiter, key = kind(connect(url), LIMIT, rate, clock, namespace="bound"), f"{kind.__name__}-{next(numbers)}"
        admitted: list[tuple[int, int]] = []
        for pause_us, cost, _ in history[:12]:
            clock.advance(pause_us / 1e6)
            admitted += [(clock.now_ns(), cost) for _ in range(3) if cost and limiter.acquire(key, cost)]
        for first, (start, _) in enumerate(admitted):
            total = 0
            for moment, cost in admitted[first:]:
                total += cost
                assert total <= LIMIT + rate * (moment - start) / 1e9 + 1e-6
