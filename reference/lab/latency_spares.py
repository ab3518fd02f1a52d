"""Second chances: a spare request that races the first (hedged), another try after a timeout (retried)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from reference.lab.alike import over_common, with_common
from reference.lab.latency_calls import Call, as_call, require_ms, require_share, thinned
from reference.twitter.errors import require, require_int


@dataclass(frozen=True)
class Hedged(Call):
    """A second request goes out when the first has not answered after `after_ms`; the earlier answer counts.

    `extra_share`: second requests per call. Source: Dean & Barroso, "The Tail at Scale", CACM 56(2), 2013.
    """

    call: Call
    after_ms: float
    shared: float = 0.0

    def __post_init__(self) -> None:
        require_ms("after_ms", self.after_ms)
        require_share("shared", self.shared)

    @property
    def extra_share(self) -> float:
        return float(self.call.survival(self.after_ms))

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        if not self.shared:
            return np.minimum(self.call.draw(n, rng), self.after_ms + self.call.draw(n, rng))
        first, second = self.call.at_z(with_common(rng.standard_normal((2, n)), rng.standard_normal(n), self.shared))
        return np.minimum(first, self.after_ms + second)

    def survival(self, ms: Any) -> np.ndarray:
        ms = np.asarray(ms, dtype=float)
        return over_common(lambda first, second: first * second, [self.call.survival(ms), self._second(ms)], self.shared)

    def _second(self, ms: np.ndarray) -> np.ndarray:
        return np.where(ms < self.after_ms, 1.0, self.call.survival(ms - self.after_ms))

    def places(self) -> np.ndarray:
        alone = self.call.tails()
        return thinned(np.concatenate([alone, self.after_ms + alone]))


@dataclass(frozen=True)
class Retried(Call):
    """Up to `tries` requests, one after another; each is given up after `timeout_ms`. A lost one (`failure_rate`) never answers.

    Before try i + 1 it waits `backoff_ms` · 2^(i − 1). After the last timeout it gives up: that moment is its latency then, and
    `failed_share` says how often. `extra_share`: requests beyond the first per call: what retries add to a service that is slow already.
    """

    call: Call
    timeout_ms: float
    tries: int
    failure_rate: float = 0.0
    backoff_ms: float = 0.0
    shared: float = 0.0

    def __post_init__(self) -> None:
        require_ms("timeout_ms", self.timeout_ms)
        require(self.timeout_ms > 0, f"timeout_ms must be > 0, not {self.timeout_ms}")
        require_int("tries", self.tries, 1, 50)
        require_share("failure_rate", self.failure_rate)
        require_ms("backoff_ms", self.backoff_ms)
        require_share("shared", self.shared)

    @cached_property
    def starts_ms(self) -> np.ndarray:
        """(tries + 1,) when each try starts, and when it is over at the latest."""
        pauses = [self.backoff_ms * 2.0**i for i in range(self.tries - 1)]
        return np.cumsum([0.0, *(self.timeout_ms + pause for pause in pauses), self.timeout_ms])

    @property
    def failed_share(self) -> float:
        return float(self._after(self.tries))

    @property
    def extra_share(self) -> float:
        return float(sum(self._after(tried) for tried in range(1, self.tries)))

    def _after(self, tried: int) -> np.ndarray:
        """Share of calls without an answer after `tried` tries."""
        return over_common(lambda slow: self._fails(slow) ** tried, [self.call.survival(np.array([self.timeout_ms]))], self.shared)[0]

    def _fails(self, slow: np.ndarray) -> np.ndarray:
        return self.failure_rate + (1 - self.failure_rate) * slow

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        common = rng.standard_normal(n) if self.shared else np.zeros(0)
        took = np.full(n, self.starts_ms[-1])
        waiting = np.ones(n, dtype=bool)
        for start in self.starts_ms[:-1]:
            latency = self._alike(common, rng) if self.shared else self.call.draw(n, rng)
            answered = waiting & (latency <= self.timeout_ms) & (rng.random(n) >= self.failure_rate)
            took[answered] = start + latency[answered]
            waiting &= ~answered
        return took

    def _alike(self, common: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return self.call.at_z(with_common(rng.standard_normal(len(common)), common, self.shared))

    def survival(self, ms: Any) -> np.ndarray:
        ms = np.asarray(ms, dtype=float)
        lasts = [np.where(ms < start, 1.0, self.call.survival(ms - start)) for start in self.starts_ms[:-1]]
        too_slow = np.broadcast_to(self.call.survival(np.array(self.timeout_ms)), ms.shape)
        late = over_common(self._late, [too_slow, *lasts], self.shared)
        gave_up = over_common(lambda slow: self._fails(slow) ** self.tries, [too_slow], self.shared)
        return late + np.where(ms < self.starts_ms[-1], gave_up, 0.0)

    def _late(self, too_slow: np.ndarray, *lasts: np.ndarray) -> np.ndarray:
        """P(some try answers in its time, but later than asked for)."""
        failed = self._fails(too_slow)
        answers = [(1 - self.failure_rate) * np.maximum(last - too_slow, 0.0) for last in lasts]
        return sum((failed**i * answer for i, answer in enumerate(answers)), np.zeros_like(failed))

    def places(self) -> np.ndarray:
        alone = self.call.tails()
        within = np.append(alone[alone < self.timeout_ms], self.timeout_ms)
        ends = [np.nextafter(self.starts_ms[-1], 0), self.starts_ms[-1]]
        return thinned(np.concatenate([*(start + within for start in self.starts_ms[:-1]), ends]))


def hedged(call: Call | float, after_ms: float, shared: float = 0.0) -> Hedged:
    """Ask again after `after_ms`, take the earlier answer. shared: how alike the two are, 0 … 1; 0 is the optimistic end."""
    return Hedged(as_call(call), float(after_ms), shared)


def retried(
    call: Call | float, timeout_ms: float, tries: int, failure_rate: float = 0.0, backoff_ms: float = 0.0, shared: float = 0.0
) -> Retried:
    """Up to `tries` tries of `timeout_ms` each. shared: how alike the tries are, 0 … 1; 0 is the optimistic end."""
    return Retried(as_call(call), float(timeout_ms), tries, failure_rate, float(backoff_ms), shared)
