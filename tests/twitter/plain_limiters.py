"""The five algorithms in plain Python and whole numbers: twins of the Lua files, and what a decision should be, in microseconds."""

from __future__ import annotations

import math
from fractions import Fraction

Answer = tuple[bool, int, int, int]  # allowed, remaining, retry after (µs), reset after (µs)


class PlainBucket:
    """A token bucket with exact fractions; time only moves forward."""

    def __init__(self, capacity: int, per_s: Fraction) -> None:
        self.capacity, self.per_us, self.state = capacity, per_s / 10**6, None

    def acquire(self, now: int, cost: int, peek: bool) -> Answer:
        tokens, at = self.state or (Fraction(self.capacity), now)
        seen = max(now, at)
        tokens = min(Fraction(self.capacity), tokens + (seen - at) * self.per_us)
        allowed = tokens >= cost
        retry = 0 if allowed else seen - now + math.ceil((cost - tokens) / self.per_us)
        if allowed and not peek and cost:
            tokens -= cost
            self.state = (tokens, seen)
        return allowed, math.floor(tokens), retry, seen - now + math.ceil((self.capacity - tokens) / self.per_us)


class PlainLog:
    """The moments of all admitted units."""

    def __init__(self, limit: int, window_us: int) -> None:
        self.limit, self.window, self.times = limit, window_us, []

    def acquire(self, now: int, cost: int, peek: bool) -> Answer:
        seen = max([now, *self.times[-1:]])
        self.times = [time for time in self.times if time > seen - self.window]
        allowed = len(self.times) + cost <= self.limit
        retry = 0 if allowed else self.times[len(self.times) + cost - self.limit - 1] + self.window - now
        if allowed and not peek:
            self.times += [seen] * cost
        reset = self.times[-1] + self.window - now if self.times else 0
        return allowed, self.limit - len(self.times), retry, reset


class PlainCounter:
    """Counts by window; the one before weighs by what the sliding window still covers. The retry is found by bisection."""

    def __init__(self, limit: int, window_us: int) -> None:
        self.limit, self.window, self.counts, self.index = limit, window_us, {}, 0

    def used(self, at: int) -> Fraction:
        index = max(at // self.window, self.index)
        into = max(0, at - index * self.window)
        return self.counts.get(index, 0) + Fraction(self.counts.get(index - 1, 0) * (self.window - into), self.window)

    def acquire(self, now: int, cost: int, peek: bool) -> Answer:
        allowed = self.used(now) + cost <= self.limit
        retry = 0
        if not allowed:
            low, high = now, max(now, self.index * self.window) + 3 * self.window
            while low < high:  # usage only falls while nobody calls
                middle = (low + high) // 2
                low, high = (low, middle) if self.used(middle) + cost <= self.limit else (middle + 1, high)
            retry = low - now
        elif not peek and cost:
            self.index = max(now // self.window, self.index)
            self.counts[self.index] = self.counts.get(self.index, 0) + cost
        index = max(now // self.window, self.index)
        ends = [w for w in (index - 1, index) if self.counts.get(w)]
        reset = (ends[-1] + 2) * self.window - now if ends else 0
        return allowed, max(0, math.floor(self.limit - self.used(now))), retry, reset


class PlainWindow:
    """One count for each window."""

    def __init__(self, limit: int, window_us: int) -> None:
        self.limit, self.window, self.counts, self.index = limit, window_us, {}, 0

    def acquire(self, now: int, cost: int, peek: bool) -> Answer:
        index = max(now // self.window, self.index)
        left = (index + 1) * self.window - now
        count = self.counts.get(index, 0)
        allowed = count + cost <= self.limit
        if allowed and not peek and cost:
            self.index = index
            self.counts[index] = count = count + cost
        return allowed, self.limit - count, 0 if allowed else left, left if count else 0
