"""Rate limiters that are wrong in one way each, and the published codes of B, C and E (the lab's), which are wrong in several."""

from __future__ import annotations

import math
import threading
import time
import uuid
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from reference.lab import published_limiters
from reference.lab.published_limiters import PublishedC
from reference.twitter.clock import NS_PER_S
from reference.twitter.ratelimit import Decision

HOUR_NS = 3600 * NS_PER_S


class Store(dict):
    """What clients share: key to (tokens, at, expires), times in ns; and a lock."""

    def __init__(self) -> None:
        super().__init__()
        self.lock: Any = threading.Lock()

    def size(self, now_ns: int) -> int:
        return sum(expires > now_ns for _, _, expires in self.values())


class Sound:
    """A token bucket in process, in whole numbers and fractions, with nothing wrong. The others change one line of it."""

    def __init__(self, capacity: int, per_s: float, clock: Any, store: Store) -> None:
        self.check(capacity, per_s)
        self.capacity, self.per_ns, self.clock, self.store = capacity, Fraction(per_s) / NS_PER_S, clock, store

    def check(self, capacity: int, per_s: float) -> None:
        if capacity < 1 or not math.isfinite(per_s) or per_s <= 0:
            raise ValueError(f"capacity {capacity} and rate {per_s} must be above 0")

    def check_call(self, key: str, cost: int) -> None:
        if not key or not 0 <= cost <= self.capacity:
            raise ValueError(f"key {key!r} must not be empty, cost {cost} must be 0 … {self.capacity}")

    def acquire(self, key: str, cost: int = 1, peek: bool = False) -> Any:
        self.check_call(key, cost)
        with self.store.lock:
            return self.decide(self.name(key), cost, peek)

    def decide(self, key: str, cost: int, peek: bool) -> Any:
        tokens, at = self.refilled(key, self.clock.now_ns())
        self.between_reading_and_writing()
        allowed = tokens >= cost
        if allowed and not peek:
            tokens -= cost
            self.write(key, tokens, at)
        elif not peek:
            self.on_refusal(key, tokens, at, cost)
        return self.answer(allowed, tokens, cost, at)

    def refilled(self, key: str, now: int) -> tuple[Fraction, int]:
        tokens, at, expires = self.store.get(key, (Fraction(self.capacity), now, now + 1))
        if expires <= now:
            return Fraction(self.capacity), now
        now = max(now, at)
        return min(self.cap(), tokens + self.credit(now - at)), now

    def cap(self) -> float:
        return self.capacity

    def credit(self, elapsed_ns: int) -> Fraction:
        return elapsed_ns * self.per_ns

    def write(self, key: str, tokens: Fraction, at: int) -> None:
        self.store[key] = (tokens, at, at + self.ttl_ns(tokens))

    def ttl_ns(self, tokens: Fraction) -> int:
        return math.ceil((self.capacity - tokens) / self.per_ns) + NS_PER_S

    def answer(self, allowed: bool, tokens: Fraction, cost: int, at: int) -> Any:
        retry_s = 0.0 if allowed else self.retry_s(tokens, cost)
        return Decision(allowed, self.capacity, self.left(tokens, cost, allowed), retry_s, self.reset_s(tokens))

    def left(self, tokens: Fraction, cost: int, allowed: bool) -> int:
        return math.floor(tokens)

    def retry_s(self, tokens: Fraction, cost: int) -> float:
        return math.ceil((cost - tokens) / self.per_ns / 1000) / 1e6

    def reset_s(self, tokens: Fraction) -> float:
        return math.ceil((self.capacity - tokens) / self.per_ns / 1000) / 1e6

    def name(self, key: str) -> str:
        return key

    def between_reading_and_writing(self) -> None:
        pass

    def on_refusal(self, key: str, tokens: Fraction, at: int, cost: int) -> None:
        pass


class NoLock(Sound):
    def acquire(self, key: str, cost: int = 1, peek: bool = False) -> Any:
        self.check_call(key, cost)
        return self.decide(key, cost, peek)

    def between_reading_and_writing(self) -> None:
        time.sleep(0.0005)  # the way to Redis and back


class MemberIsTheTime(Sound):
    def write(self, key: str, tokens: Fraction, at: int) -> None:
        before = self.store.get(key)
        if before is None or before[1] != at:
            super().write(key, tokens, at)


class OneTooMany(Sound):
    def refilled(self, key: str, now: int) -> tuple[Fraction, int]:
        tokens, at = super().refilled(key, now)
        return (tokens if key in self.store else tokens + 1), at


class RefillsTooFast(Sound):
    def credit(self, elapsed_ns: int) -> Fraction:
        return super().credit(elapsed_ns) * Fraction(3, 2)


class RefillsInWholeSeconds(Sound):
    def refilled(self, key: str, now: int) -> tuple[Fraction, int]:
        tokens, at = super().refilled(key, now // NS_PER_S * NS_PER_S)
        return tokens, at


class CreditsAgainAndAgain(Sound):
    def write(self, key: str, tokens: Fraction, at: int) -> None:
        first = self.store.get(key, (None, at, 0))[1]
        self.store[key] = (tokens, first, at + self.ttl_ns(tokens))


class LosesFractions(Sound):
    def on_refusal(self, key: str, tokens: Fraction, at: int, cost: int) -> None:
        self.write(key, Fraction(math.floor(tokens)), at)


class SavesUpWithoutEnd(Sound):
    def cap(self) -> float:
        return math.inf

    def ttl_ns(self, tokens: Fraction) -> int:
        return HOUR_NS


class OneKeyForAll(Sound):
    def name(self, key: str) -> str:
        return "all"


class RefusalsCount(Sound):
    def on_refusal(self, key: str, tokens: Fraction, at: int, cost: int) -> None:
        self.write(key, tokens - cost, at)


class IgnoresTheCost(Sound):
    def decide(self, key: str, cost: int, peek: bool) -> Any:
        return super().decide(key, min(cost, 1), peek)


class AdmitsOnCredit(Sound):
    def check_call(self, key: str, cost: int) -> None:
        super().check_call(key, min(cost, self.capacity))

    def decide(self, key: str, cost: int, peek: bool) -> Any:
        tokens, at = self.refilled(key, self.clock.now_ns())
        if cost <= self.capacity or tokens < self.capacity:
            return super().decide(key, cost, peek)
        self.write(key, tokens - cost, at)
        return self.answer(True, tokens - cost, cost, at)


class LooksCost(Sound):
    def decide(self, key: str, cost: int, peek: bool) -> Any:
        return super().decide(key, cost, False)


class TellsWhatWasLeftBefore(Sound):
    def left(self, tokens: Fraction, cost: int, allowed: bool) -> int:
        return math.floor(tokens) + (cost if allowed else 0)


class RetryInWholeSeconds(Sound):
    def retry_s(self, tokens: Fraction, cost: int) -> float:
        return math.ceil(super().retry_s(tokens, cost))


class RetryForASingleToken(Sound):
    def retry_s(self, tokens: Fraction, cost: int) -> float:
        return max(0.001, super().retry_s(tokens, 1))


class ResetAtTheNextToken(Sound):
    def reset_s(self, tokens: Fraction) -> float:
        return math.ceil(1 / self.per_ns / 1000) / 1e6


class Unchecked(Sound):
    def check(self, capacity: int, per_s: float) -> None:
        if not math.isfinite(per_s):
            raise ValueError(per_s)

    def check_call(self, key: str, cost: int) -> None:
        if cost > self.capacity:
            raise ValueError(cost)


class ForgetsAfterAnHour(Sound):
    def ttl_ns(self, tokens: Fraction) -> int:
        return HOUR_NS


class ExpiryRoundedDown(Sound):
    def ttl_ns(self, tokens: Fraction) -> int:
        return math.floor(2 * self.capacity / self.per_ns / NS_PER_S) * NS_PER_S


class NeverForgets(Sound):
    def ttl_ns(self, tokens: Fraction) -> int:
        return 10**6 * HOUR_NS


class BelievesItsClient(Sound):
    def refilled(self, key: str, now: int) -> tuple[Fraction, int]:
        tokens, at, expires = self.store.get(key, (Fraction(self.capacity), now, now + 1))
        if expires <= now:
            return Fraction(self.capacity), now
        return min(self.cap(), tokens + self.credit(max(0, now - at))), now


class TwoBurstsMeet(Sound):
    """A fixed window sold as a bucket; it credits a whole window at once."""

    def refilled(self, key: str, now: int) -> tuple[Fraction, int]:
        window = round(self.capacity / self.per_ns)
        tokens, at, _ = self.store.get(key, (Fraction(self.capacity), now, 0))
        now = max(now, at)
        return (tokens if now // window == at // window else Fraction(self.capacity)), now


def fresh(kind: Callable[..., Any]) -> tuple[Callable[[int, float, Any], Any], Store]:
    """A factory of limiters that share a new store, and the store."""
    store = Store()
    return (lambda capacity, per_s, clock: kind(capacity, per_s, clock, store)), store


class PublishedB(published_limiters.PublishedB):
    """Design B's, by capacity and rate."""

    def __init__(self, redis: Any, capacity: int, per_s: float, clock: Any) -> None:
        super().__init__(redis, capacity, round(capacity / per_s), clock)


class PublishedCWindow(PublishedB):
    """Design C, 6.3, its alternative: as B's, with a unique member."""

    def member(self, now: float) -> str:
        return str(uuid.uuid4())


class PublishedCMended(PublishedC):
    """C's without its double charge, which breaks so many laws that it hides the other mistakes."""

    def fresh(self) -> int:
        return self.capacity


class PublishedE(published_limiters.PublishedE):
    """Design E's, by capacity and rate."""

    def __init__(self, redis: Any, capacity: int, per_s: float, clock: Any) -> None:
        super().__init__(redis, capacity, round(capacity / per_s), clock)
