"""On a real redis-server, in real time: threads and processes together never get more than was promised; leases buy their factor."""

from __future__ import annotations

import multiprocessing
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference.twitter.backend import connect
from reference.twitter.clock import SystemClock
from reference.twitter.ratelimit import GCRA, FixedWindow, LeasedTokenBucket, SlidingWindowCounter, SlidingWindowLog, TokenBucket
from tests.contracts.wrong_limiters import PublishedC

CAPACITY, PER_S, RUN_S = 60, 200.0, 1.5
WINDOW_S = CAPACITY / PER_S
MAKERS: dict[str, Callable[[Any, str], Any]] = {
    "TokenBucket": lambda redis, space: TokenBucket(redis, CAPACITY, PER_S, namespace=space),
    "GCRA": lambda redis, space: GCRA(redis, CAPACITY, PER_S, namespace=space),
    "LeasedTokenBucket": lambda redis, space: LeasedTokenBucket(redis, CAPACITY, PER_S, block=5, lease_s=0.2, namespace=space),
    "SlidingWindowLog": lambda redis, space: SlidingWindowLog(redis, CAPACITY, WINDOW_S, namespace=space),
    "SlidingWindowCounter": lambda redis, space: SlidingWindowCounter(redis, CAPACITY, WINDOW_S, namespace=space),
    "FixedWindow": lambda redis, space: FixedWindow(redis, CAPACITY, WINDOW_S, namespace=space),
    "PublishedC": lambda redis, space: PublishedC(redis, CAPACITY, PER_S, SystemClock()),
}
OURS = [name for name in MAKERS if name != "PublishedC"]
SLACK_S = 0.002  # the server's clock against this process's
Spans = list[tuple[int, int]]  # begin and end of each admitted call, monotonic ns (one clock for all processes of a machine)


def bound(name: str, t_s: np.ndarray) -> np.ndarray:
    """The most that intervals of `t_s` may see."""
    if name == "SlidingWindowLog":
        return CAPACITY * (np.floor(t_s / WINDOW_S) + 1)
    return (2 if name == "FixedWindow" else 1) * CAPACITY + PER_S * t_s


def over(name: str, spans: Spans) -> float:
    """By how much the worst interval exceeds its bound (<= 0: never). Calls that surely fell inside an interval are counted."""
    calls = np.array(sorted(spans))
    worst = -np.inf
    for first in range(len(calls)):
        ends = np.sort(calls[first:, 1])
        t_s = (ends - calls[first, 0]) / 1e9 + SLACK_S
        worst = max(worst, float((np.arange(1, len(ends) + 1) - np.floor(bound(name, t_s) + 1e-6)).max()))
    return worst


def hammer(limiter: Any, key: str, until_ns: int) -> Spans:
    """Call without a pause; the admitted ones."""
    spans = []
    while (begin := time.monotonic_ns()) < until_ns:
        answer = limiter.acquire(key)
        if getattr(answer, "allowed", answer):
            spans.append((begin, time.monotonic_ns()))
    return spans


def by_threads(name: str, url: str, threads: int, space: str) -> Spans:
    limiter = MAKERS[name](connect(url), space)
    spans: Spans = []
    until_ns = time.monotonic_ns() + round(RUN_S * 1e9)
    workers = [threading.Thread(target=lambda: spans.extend(hammer(limiter, space, until_ns))) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(RUN_S + 20)
    return spans


def _process(name: str, url: str, space: str, begin: Any, answers: Any) -> None:
    limiter = MAKERS[name](connect(url), space)
    begin.wait(60)
    answers.put(hammer(limiter, space, time.monotonic_ns() + round(RUN_S * 1e9)))


def by_processes(name: str, url: str, processes: int, space: str) -> Spans:
    context = multiprocessing.get_context("spawn")
    begin, answers = context.Barrier(processes), context.Queue()
    workers = [context.Process(target=_process, args=(name, url, space, begin, answers)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    spans = [span for _ in workers for span in answers.get(timeout=90)]
    for worker in workers:
        worker.join(20)
    return spans


@pytest.mark.slow
@pytest.mark.parametrize("name", OURS)
def test_eight_threads_together_never_exceed_the_promise(name: str, redis_url: str) -> None:
    spans = by_threads(name, redis_url, 8, f"race-{uuid.uuid4().hex[:8]}")
    assert over(name, spans) <= 0
    assert len(spans) >= 0.6 * (CAPACITY + PER_S * RUN_S), "a limiter that hardly admits anything proves nothing"


@pytest.mark.slow
@pytest.mark.parametrize("name", OURS)
def test_four_processes_together_never_exceed_the_promise(name: str, redis_url: str) -> None:
    spans = by_processes(name, redis_url, 4, f"race-{uuid.uuid4().hex[:8]}")
    assert over(name, spans) <= 0
    assert len(spans) >= 0.6 * (CAPACITY + PER_S * RUN_S), "a limiter that hardly admits anything proves nothing"


@pytest.mark.slow
def test_this_yardstick_catches_the_published_bucket(redis_url: str) -> None:
    assert over("PublishedC", by_threads("PublishedC", redis_url, 8, f"race-{uuid.uuid4().hex[:8]}")) > CAPACITY


@pytest.mark.slow
def test_leased_decisions_are_twenty_times_as_many_as_single_calls(redis_url: str) -> None:
    """Admitted ones, all of them; the ratio within each round, its median."""
    client, space = connect(redis_url), f"race-{uuid.uuid4().hex[:8]}"
    single = TokenBucket(client, 10**6, 10.0**6, namespace=space)
    leased = LeasedTokenBucket(client, 10**6, 10.0**6, block=1000, namespace=space)

    def seconds_each(limiter: Any, calls: int) -> float:
        begin = time.perf_counter()
        assert all(limiter.acquire("hot") for _ in range(calls))
        return (time.perf_counter() - begin) / calls

    ratios = [seconds_each(single, 1000) / seconds_each(leased, 30_000) for _ in range(7)]
    assert statistics.median(ratios) >= 20
