"""Decisions per second on a real redis-server: ours against raw EVALSHA, PING and the libraries; and how much each admits too much.

Run: python -m tests.benchmarks.bench_ratelimit
"""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reference.twitter.backend import connect
from reference.twitter.clock import SystemClock
from reference.twitter.ratelimit import GCRA, FixedWindow, LeasedTokenBucket, Limiter, SlidingWindowCounter, SlidingWindowLog, TokenBucket
from tests.benchmarks.harness import Measure, Row, interleave, per_second, report, row
from tests.contracts import peer_limiters as peers
from tests.contracts import wrong_limiters as published
from tests.servers import redis_server

LIMIT, PER_S = 100, 100.0
CALLS, KEYS, LEASED_CALLS = 1000, 1000, 50_000
THREADS, RACE_S = 8, 1.0
RAW, BUCKET, THEIRS = "raw EVALSHA bucket", "ours, TokenBucket", "ours, GCRA"
TEXTBOOK = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local capacity, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
local tokens = math.min(capacity, (tonumber(state[1]) or capacity) + (now - (tonumber(state[2]) or now)) * rate)
local allowed = tokens >= 1 and 1 or 0
redis.call('HSET', KEYS[1], 'tokens', tokens - allowed, 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity / rate * 1000) + 1000)
return {allowed, math.floor(tokens - allowed)}
"""
Acquire = Callable[[str], Any]


def raw(redis: Any) -> Acquire:
    """The textbook's bucket by redis-py, its answer unwrapped by nobody."""
    sha = redis.script_load(TEXTBOOK)
    return lambda key: redis.evalsha(sha, 1, f"raw:{key}", LIMIT, PER_S)[0] == 1


def ours(redis: Any) -> dict[str, Acquire]:
    window_s = LIMIT / PER_S
    return {
        BUCKET: TokenBucket(redis, LIMIT, PER_S).acquire,
        THEIRS: GCRA(redis, LIMIT, PER_S).acquire,
        "ours, SlidingWindowLog": SlidingWindowLog(redis, LIMIT, window_s).acquire,
        "ours, SlidingWindowCounter": SlidingWindowCounter(redis, LIMIT, window_s).acquire,
        "ours, FixedWindow": FixedWindow(redis, LIMIT, window_s).acquire,
    }


def libraries(redis: Any, url: str) -> dict[str, Acquire]:
    """Those that are installed, each as its documentation sets it up."""
    found: dict[str, Acquire] = {}
    try:
        import limits
        import throttled
        from pyrate_limiter import RedisBucket
    except ImportError:
        return found
    for strategy in limits.strategies.STRATEGIES:
        storage = limits.storage.RedisStorage(url, key_prefix=strategy)  # else they read each other's keys
        found[f"limits {strategy}"] = peers.Limits(storage, strategy, LIMIT, PER_S).acquire
    store = throttled.RedisStore(server=url)
    for algorithm in ("token_bucket", "gcra", "sliding_window", "fixed_window"):
        found[f"throttled-py {algorithm}"] = peers.Throttled(store, algorithm, LIMIT, PER_S).acquire
    pyrate = peers.Pyrate(redis, LIMIT, PER_S, SystemClock())
    pyrate.buckets = {f"k{i}": RedisBucket.init(pyrate.rates, redis, f"pyrate:k{i}") for i in range(KEYS)}
    found["pyrate-limiter RedisBucket"] = pyrate.acquire
    return found


def decisions_per_s(acquire: Acquire) -> Measure:
    keys = itertools.cycle([f"k{i}" for i in range(KEYS)])

    def work() -> None:
        for _ in range(CALLS):
            acquire(next(keys))

    return per_second(work, CALLS)


def leased_per_s(redis: Any) -> Measure:
    """Admitted decisions on one hot key: a million a second are allowed, so that none is a cheap refusal."""
    limiter = LeasedTokenBucket(redis, 10**6, 10.0**6, block=1000, lease_s=5)  # a busy machine is no refusal

    def work() -> None:
        for _ in range(LEASED_CALLS):
            if not limiter.acquire("hot"):
                raise RuntimeError("the leased bucket refused: the measure would count refusals")

    return per_second(work, LEASED_CALLS)


def run(rounds: int = 9) -> list[Row]:
    """All in one interleaved run; every figure in decisions a second."""
    with redis_server() as server:
        redis = connect(server.url)
        mine, theirs = ours(redis), libraries(redis, server.url)
        many, limiter = TokenBucket(redis, LIMIT, PER_S, namespace="many"), Limiter(redis)
        keys = [f"k{i}" for i in range(100)]
        measures = {
            RAW: decisions_per_s(raw(redis)),
            "redis-py PING": decisions_per_s(lambda _: redis.ping()),
            **{name: decisions_per_s(acquire) for name, acquire in {**mine, **theirs}.items()},
            "Limiter.check, 3 limits": decisions_per_s(lambda key: limiter.check(key, "tweet", ip="192.0.2.1")),
            "ours, acquire_many of 100": per_second(lambda: [many.acquire_many(keys) for _ in range(10)], CALLS),
            "ours, LeasedTokenBucket": leased_per_s(redis),
        }
        figures = interleave(measures, rounds)
    targets = {BUCKET: 0.95, THEIRS: 0.95}
    rows = [row(figures, name, "decisions/s", "" if name == RAW else RAW, targets.get(name)) for name in measures]
    rows.append(replace(row(figures, "ours, LeasedTokenBucket", "decisions/s", BUCKET, 20.0), name="leased, against single calls"))
    for name in (BUCKET, THEIRS):
        rows += [replace(row(figures, name, "decisions/s", peer, 1.0), name=f"{name}, against") for peer in theirs]
    return rows


def admitted_by_threads(acquire: Acquire, key: str) -> tuple[int, float]:
    """Calls admitted of THREADS threads that hammer one key for RACE_S, and the seconds it took."""
    counts, begin = [0] * THREADS, time.monotonic()

    def hammer(number: int) -> None:
        while time.monotonic() - begin < RACE_S:
            answer = acquire(key)
            counts[number] += bool(getattr(answer, "allowed", answer))

    threads = [threading.Thread(target=hammer, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(RACE_S + 30)
    return sum(counts), time.monotonic() - begin


def over_admission() -> list[Row]:
    """8 threads on one key for a second, 100 at once and 100/s: who admits more than capacity + rate·t."""
    with redis_server() as server:
        redis, clock = connect(server.url), SystemClock()
        mine = ours(redis) | {"ours, LeasedTokenBucket": LeasedTokenBucket(redis, LIMIT, PER_S, block=10).acquire}
        naive = {"published B": published.PublishedB, "published C": published.PublishedC, "published E": published.PublishedE}
        codes = {name: code(redis, LIMIT, PER_S, clock).acquire for name, code in naive.items()}
        rows = []
        for number, (name, acquire) in enumerate({**mine, **libraries(redis, server.url), **codes}.items()):
            admitted, t_s = admitted_by_threads(acquire, f"race-{number}")
            legal = LIMIT + PER_S * t_s
            if name == "ours, FixedWindow":
                legal += LIMIT
            ok = admitted <= legal if name in mine else None
            rows.append(Row(name, admitted, "admitted", admitted / legal, "legal", f"≤ {legal:.0f}", ok))
    return rows


def main() -> int:
    missed = report(run(), f"Rate limiting, {KEYS:,} keys, one thread")
    print()
    return report(over_admission(), f"Over-admission: {THREADS} threads, one key, {RACE_S:g} s, limit {LIMIT} + {PER_S:g}/s") or missed


if __name__ == "__main__":
    sys.exit(main())
