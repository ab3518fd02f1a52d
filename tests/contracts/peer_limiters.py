"""Libraries behind the contract's `acquire`, each with what its answer tells. Their clocks are the machine's and the server's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from reference.twitter.ratelimit import Decision


class Limits:
    """`limits`: strategies "fixed-window", "moving-window", "sliding-window-counter"; whole-second windows; answers a bool."""

    def __init__(self, storage: Any, strategy: str, capacity: int, per_s: float) -> None:
        import limits

        self.item = limits.RateLimitItemPerSecond(capacity, round(capacity / per_s))
        self.limiter = limits.strategies.STRATEGIES[strategy](storage)

    def acquire(self, key: str, cost: int = 1) -> bool:
        return self.limiter.hit(self.item, key, cost=cost)


class Throttled:
    """`throttled-py`: "token_bucket", "gcra", "fixed_window", "sliding_window"; whole-second periods."""

    def __init__(self, store: Any, algorithm: str, capacity: int, per_s: float) -> None:
        import throttled

        if per_s >= 1:  # its periods are whole seconds, its bursts are its own
            quota = throttled.per_sec(round(per_s), burst=capacity)
        else:
            quota = throttled.rate_limiter.per_duration(timedelta(seconds=round(capacity / per_s)), capacity, capacity)
        self.throttled = throttled.Throttled(using=algorithm, quota=quota, store=store)

    def acquire(self, key: str, cost: int = 1) -> Decision:
        result = self.throttled.limit(key, cost=cost)
        state = result.state
        return Decision(not result.limited, state.limit, state.remaining, state.retry_after, state.reset_after)


class Pyrate:
    """`pyrate-limiter`: a log in a sorted set, by the client's clock (`clock`)."""

    def __init__(self, redis: Any, capacity: int, per_s: float, clock: Any) -> None:
        from pyrate_limiter import Rate

        self.redis, self.rates, self.clock, self.buckets = redis, [Rate(capacity, round(capacity / per_s * 1000))], clock, {}

    def acquire(self, key: str, cost: int = 1) -> bool:
        from pyrate_limiter import RateItem, RedisBucket

        if key not in self.buckets:
            self.buckets[key] = RedisBucket.init(self.rates, self.redis, f"pyrate:{key}")
        return self.buckets[key].put(RateItem(key, self.clock.now_ns() // 1_000_000, weight=cost))
