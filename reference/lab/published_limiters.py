"""Rate limiters as designs B, C and E print them and as one library computes them, in virtual time; and races between their clients.

`between` is called between reading and writing: where other clients get their turn.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reference.twitter.backend import connect
from reference.twitter.clock import ManualClock
from reference.twitter.ratelimit import TokenBucket

if TYPE_CHECKING:
    import pandas as pd

LIBRARY, LIBRARY_VERSION = "throttled-py", "3.5.0"
"""Whose arithmetic `WholeSecondBucket` repeats (its Redis store); a test holds the library itself to it."""
NINE_O_CLOCK_S = 1_767_258_000  # 1 January 2026, 09:00 UTC: an hour's edge
HOUR_S = 3600
WAIT_S = 20  # a race that hangs ends here

Limiter = Any  # has `acquire(key)`; what it answers is true in a condition exactly when the call is admitted


def nothing() -> None:
    """Nobody else comes."""


class VirtualRedis:
    """A Redis client whose keys expire by `clock` (fakeredis goes by the machine's): `expire` and `set(ex=)` are remembered here."""

    def __init__(self, redis: Any, clock: ManualClock) -> None:
        self.itself, self._clock = redis, clock
        self._ends_ns: dict[str, int] = {}

    def expire(self, key: str, seconds: int) -> None:
        self._ends_ns[key] = self._clock.now_ns() + seconds * 10**9

    def set(self, key: str, value: str, ex: int) -> None:
        self.itself.set(key, value)
        self.expire(key, ex)

    def __getattr__(self, command: str) -> Callable[..., Any]:
        return lambda key, *arguments, **options: self._call(command, key, arguments, options)

    def _call(self, command: str, key: str, arguments: Any, options: Any) -> Any:
        if self._clock.now_ns() >= self._ends_ns.get(key, math.inf):
            del self._ends_ns[key]
            self.itself.delete(key)
        return getattr(self.itself, command)(key, *arguments, **options)


class CheckThenAct:
    """A token bucket in three steps: read, decide, write back. `capacity` tokens, `per_s` come back each second."""

    ttl_s: int | None = None

    def __init__(self, redis: Any, capacity: int, per_s: float, clock: ManualClock, between: Callable[[], Any] = nothing) -> None:
        self.redis, self.capacity, self.per_s, self.clock, self.between = redis, capacity, per_s, clock, between

    def acquire(self, key: str) -> bool:
        """True: admitted. Two commands, between which anything may happen."""
        now, bucket = self.clock.now(), self.redis.hgetall(key)
        self.between()
        tokens: float = self.fresh()
        if bucket:
            tokens = min(self.capacity, float(bucket["tokens"]) + self.refilled(now - float(bucket["last_refill"])))
        if tokens < 1:
            return False
        self.redis.hset(key, mapping={"tokens": tokens - 1, "last_refill": now})
        if self.ttl_s is not None:
            self.redis.expire(key, self.ttl_s)
        return True

    def fresh(self) -> int:
        return self.capacity

    def refilled(self, elapsed_s: float) -> float:
        return elapsed_s * self.per_s


class PublishedC(CheckThenAct):
    """Design C, 6.3: a new bucket begins one token short and then pays for its first call; every bucket lives an hour."""

    ttl_s = 3600

    def fresh(self) -> int:
        return self.capacity - 1


class WholeSecondBucket(CheckThenAct):
    """The library's arithmetic: whole tokens for whole seconds, and an expiry rounded down. (The library itself is atomic.)"""

    def __init__(self, redis: Any, capacity: int, per_s: float, clock: ManualClock) -> None:
        super().__init__(redis, capacity, per_s, clock)
        self.ttl_s = math.floor(2 * capacity / per_s)

    def acquire(self, key: str) -> bool:
        whole, self.clock = self.clock, ManualClock(self.clock.now_ns() // 10**9)
        try:
            return super().acquire(key)
        finally:
            self.clock = whole

    def refilled(self, elapsed_s: float) -> float:
        return math.floor(elapsed_s * self.per_s)


class PublishedB:
    """Design B, Optimisations 2: a log of calls in a sorted set; the member is the time. `limit` calls in `window_s`."""

    def __init__(self, redis: Any, limit: int, window_s: int, clock: ManualClock, between: Callable[[], Any] = nothing) -> None:
        self.redis, self.limit, self.window_s, self.clock, self.between = redis, limit, window_s, clock, between

    def acquire(self, key: str) -> bool:
        """True: admitted."""
        now = self.clock.now()
        self.redis.zremrangebyscore(key, 0, now - self.window_s)
        count = self.redis.zcard(key)
        self.between()
        if count >= self.limit:
            return False
        self.redis.zadd(key, {self.member(now): now})
        self.redis.expire(key, self.window_s)
        return True

    def member(self, now: float) -> str:
        return str(now)


class PublishedE:
    """Design E, 13: a bucket as JSON. `lastRefill` is stored as it was read. `tokens` calls in `interval_s`."""

    def __init__(self, redis: Any, tokens: int, interval_s: int, clock: ManualClock, between: Callable[[], Any] = nothing) -> None:
        self.redis, self.tokens, self.interval_s, self.clock, self.between = redis, tokens, interval_s, clock, between

    def acquire(self, key: str) -> bool:
        """True: admitted."""
        now_ms, stored = self.clock.now_ns() // 1_000_000, self.redis.get(key)
        self.between()
        tokens, last_refill = self.tokens, now_ms
        if stored:
            data = json.loads(stored)
            elapsed_s = (now_ms - data["lastRefill"]) / 1000
            tokens = min(data["tokens"] + math.floor(elapsed_s / (self.interval_s / self.tokens)), self.tokens)
            last_refill = data["lastRefill"]
        if tokens < 1:
            return False
        self.redis.set(key, json.dumps({"tokens": tokens - 1, "lastRefill": last_refill}), ex=self.interval_s)
        return True


def stage(start_s: float = NINE_O_CLOCK_S) -> tuple[Any, ManualClock]:
    """An empty fakeredis whose keys expire in virtual time, and the clock that moves it."""
    clock = ManualClock(start_s)
    return VirtualRedis(connect("fakeredis://"), clock), clock


def lockstep(limiter_with: Callable[[Callable[[], Any]], Limiter], clients: int = 8, tries: int = 110) -> int:
    """Admitted calls of `clients` threads that go step by step: all read, then all write. `limiter_with(between)` makes the limiter.

    Exact, on purpose; not the worst there is: a client that writes late gives back what others spent meanwhile. A limiter that never
    calls `between` meets only the start of each round.
    """
    barrier = threading.Barrier(clients)
    limiter = limiter_with(lambda: barrier.wait(WAIT_S))
    return race(limiter, clients, tries, lambda: barrier.wait(WAIT_S))


def race(limiter: Limiter, clients: int = 8, tries: int = 110, each_round: Callable[[], Any] = lambda: None) -> int:
    """Admitted calls of `clients` threads that make `tries` calls each, all under one key; `each_round` is called before every call."""
    admitted = [0] * clients

    def client(number: int) -> None:
        for _ in range(tries):
            each_round()
            admitted[number] += bool(limiter.acquire("shared"))

    threads = [threading.Thread(target=client, args=(number,), daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    return sum(admitted)


PUBLISHED: dict[str, Callable[..., Limiter]] = {
    "B": lambda redis, clock, between: PublishedB(redis, 50, HOUR_S, clock, between),
    "C": lambda redis, clock, between: PublishedC(redis, 50, 50 / HOUR_S, clock, between),
    "E": lambda redis, clock, between: PublishedE(redis, 50, HOUR_S, clock, between),
    "one Lua script": lambda redis, clock, between: TokenBucket(redis.itself, 50, 50 / HOUR_S, clock),
}
"""The codes of three designs and ours, each with a limit of 50 an hour."""


def at_once(name: str, clients: int = 100, spent: int = 48) -> int:
    """Of `clients` calls at the same moment, how many the code admits when `spent` of its 50 are gone."""
    redis, clock = stage()
    limiter = PUBLISHED[name](redis, clock, nothing)
    for _ in range(spent):
        limiter.acquire("shared")
        clock.advance(1)
    return lockstep(lambda between: PUBLISHED[name](redis, clock, between), clients, tries=1)


def around_a_full_second(make_limiter: Callable[[Any, ManualClock], Limiter], tries: int = 9) -> int:
    """Of `tries` calls 10 ms before a full second, and as many on it, how many are admitted."""
    redis, clock = stage()
    limiter, admitted = make_limiter(redis, clock), 0
    for wait_s in (0.99, 0.01):
        clock.advance(wait_s)
        admitted += sum(bool(limiter.acquire("shared")) for _ in range(tries))
    return admitted


FLAWS = (
    ("limits 5.8.0", "fixed window", "the counter is raised before it is compared", (
        "a refused call consumes nothing", "a cost above the capacity is refused and takes nothing")),
    ("throttled-py 3.5.0", "token bucket", "time in whole seconds", (
        "a token comes back after one over the rate", "waiting retry after succeeds and a millisecond less does not",
        "no double burst at the edge of a window", "no interval sees more than was promised")),
    ("throttled-py 3.5.0", "token bucket", "the expiry is rounded down to 0 s", ("a small burst of a fast limit is limited too",)),
    ("pyrate-limiter 4.5.1", "log", "the client's clock decides", ("clients whose clocks disagree do not widen the limit",)),
    ("pyrate-limiter 4.5.1", "log", "the key of a client who left stays for ever", ("idle state expires",)),
)  # fmt: skip
"""Library and version, which limiter on Redis, why, and the laws of the contract that it breaks by that: all of them, as our tests find."""


def flaws() -> pd.DataFrame:
    """`FLAWS` as a table, a row for each law."""
    import pandas as pd

    rows = [(library, algorithm, law, why) for library, algorithm, why, laws in FLAWS for law in laws]
    return pd.DataFrame(rows, columns=["library", "limiter", "what does not hold", "why"]).set_index("library")
