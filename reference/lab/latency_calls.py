"""Calls made of calls: one after another, all at once, from a cache, tried again. Each has a distribution of latencies, not a number.

    page = serial(hops()["redis command"], scatter(hops()["cassandra point read"], 50))
    percentiles(page.sample(100_000, rng))

A call knows how to `sample` itself and what share of it is slower than so many ms (`survival`). From the second the slowest of n is drawn
exactly, without drawing n. Percentiles do not add: they are taken from samples of the whole. Milliseconds throughout.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from reference.lab.gaussian import tail
from reference.twitter.errors import InvalidInput, require, require_int

FAINTEST = 1e-18  # shares of calls below this are not told apart
NEAR, NEAR_MS = 0.005, 1e-6  # two places are this near, or no call ends between them: a jump (a hit, a pause) lies at one place
HALVINGS = 40
_UPPER = np.geomspace(0.5, FAINTEST, 500)
STRATA = np.concatenate([1 - _UPPER[:150:-1], 1 - _UPPER[150:0:-1], _UPPER])  # shares of slower calls, from nearly all to nearly none
_EDGES = np.concatenate([[1.0], 1 - np.geomspace(1e-6, 0.5, 150), np.geomspace(0.5, 1e-13, 250)[1:], [0.0]])
JUMP = 0.1  # so large a step of the log share within NEAR is a jump


class Call:
    """Something that takes time. Immutable; `survival` and, where it is cheaper, `sample` are what a kind of call defines."""

    def survival(self, ms: Any) -> np.ndarray:
        """Share of calls that take longer than `ms` (any shape)."""
        raise NotImplementedError

    def places(self) -> np.ndarray:
        """Latencies between which the distribution is looked up, rising."""
        raise NotImplementedError

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """`sample`, unchecked: how one kind of call draws."""
        return self.slower_than(rng.random(n))

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """(n,) latencies in ms, drawn independently. The same rng state gives the same ones."""
        return self.draw(require_int("n", n, 1), rng)

    def slower_than(self, share: Any) -> np.ndarray:
        """The latency that `share` of calls exceed (0.01: the 99th percentile), any shape."""
        logs, places = self._curve
        return np.interp(-np.log(np.maximum(share, FAINTEST)), logs, places)

    def at_z(self, z: np.ndarray) -> np.ndarray:
        """The latency where a standard normal would be at `z` (2.33: the 99th percentile), any shape."""
        return self.slower_than(tail(z))

    def percentile(self, percent: float) -> float:
        """The latency in ms that `percent` of calls stay within, from the distribution itself: no samples, no noise."""
        require(0 < percent < 100, f"percent must be between 0 and 100, not {percent}")
        return float(self.slower_than(1 - percent / 100))

    @cached_property
    def _curve(self) -> tuple[np.ndarray, np.ndarray]:
        places, logs = self._table()
        return np.maximum.accumulate(logs), places

    def _table(self) -> tuple[np.ndarray, np.ndarray]:
        """Places, and −log of the share of calls that take longer."""
        places = self.places()
        return places, self._logs(places)

    def _logs(self, places: np.ndarray) -> np.ndarray:
        return -np.log(np.maximum(self.survival(places), FAINTEST))

    def looked_up(self, ms: Any) -> np.ndarray:
        """`survival` from a table, for a million latencies at once."""
        logs, places = self._curve
        return np.exp(-np.interp(ms, places, logs, left=0.0, right=math.inf))

    @cached_property
    def strata(self) -> tuple[np.ndarray, np.ndarray]:
        """(weights, latencies) that stand for the whole: some 400, fine where it is slow, and cut where it jumps."""
        logs, places = self._curve
        jumps = (np.diff(logs) > JUMP) & (np.diff(places) <= NEAR_MS + NEAR * places[1:])
        edges = np.union1d(_EDGES, np.exp(-np.concatenate([logs[1:][jumps], logs[:-1][jumps]])))[::-1]
        return -np.diff(edges), self.slower_than((edges[1:] + edges[:-1]) / 2)

    def tails(self) -> np.ndarray:
        """Latencies at shares from nearly all to nearly none: a grid that follows the distribution."""
        return self.slower_than(STRATA)


def as_call(call: Any) -> Call:
    """`call`, or a number of ms that is the same each time."""
    if isinstance(call, Call):
        return call
    require(isinstance(call, (int, float)) and not isinstance(call, bool), f"a call is a Call or a number of ms, not {call!r}")
    return Fixed(float(call))


@dataclass(frozen=True)
class Fixed(Call):
    """Always `ms`."""

    ms: float

    def __post_init__(self) -> None:
        require(0 <= self.ms < math.inf, f"ms must be >= 0 and finite, not {self.ms}")

    def survival(self, ms: Any) -> np.ndarray:
        return (np.asarray(ms) < self.ms).astype(float)

    def slower_than(self, share: Any) -> np.ndarray:
        return np.full(np.shape(share), self.ms)

    def places(self) -> np.ndarray:
        return np.array([np.nextafter(self.ms, -1), self.ms])

    def tails(self) -> np.ndarray:
        return self.places()

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return np.full(n, self.ms)


@dataclass(frozen=True)
class Serial(Call):
    """One after another: latencies add, percentiles do not."""

    calls: tuple[Call, ...]

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return sum((call.draw(n, rng) for call in self.calls), np.zeros(n))

    @cached_property
    def _split(self) -> tuple[Call, Call]:
        """All but the last, and the last."""
        *rest, last = self.calls
        return (Serial(tuple(rest)) if rest else Fixed(0.0)), last

    def survival(self, ms: Any) -> np.ndarray:
        """By the strata of the last part: percentiles within 1 %, up to p99.9. O(400) for each latency asked for."""
        asked = np.asarray(ms, dtype=float)
        rest, last = self._split
        weights, cuts = last.strata
        chunks = np.array_split(asked.ravel(), asked.size // 500 + 1)
        return np.concatenate([rest.looked_up(chunk[:, None] - cuts) @ weights for chunk in chunks]).reshape(asked.shape)

    def _table(self) -> tuple[np.ndarray, np.ndarray]:
        """Halved until the jumps of all parts stand out: between two of them no call ends."""
        places = np.union1d(self.places(), [np.nextafter(0.0, -1.0), 0.0])
        logs = self._logs(places)
        for _ in range(HALVINGS):
            wide = (np.diff(places) > NEAR_MS + NEAR * places[1:]) & (np.diff(logs) > NEAR)
            if not wide.any():
                break
            middles = (places[1:] + places[:-1])[wide] / 2
            at = np.flatnonzero(wide) + 1
            places, logs = np.insert(places, at, middles), np.insert(logs, at, self._logs(middles))
        return places, logs

    def places(self) -> np.ndarray:
        rest, last = self._split
        one = [rest.tails() + last.slower_than(share) for share in (0.999, 0.5)]
        other = [rest.slower_than(share) + last.tails() for share in (0.999, 0.5)]
        return np.append(thinned(np.concatenate([*one, *other])), rest.tails()[-1] + last.tails()[-1])


@dataclass(frozen=True)
class Parallel(Call):
    """Different calls at once, independent of each other: the slowest decides."""

    calls: tuple[Call, ...]

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return np.max([call.draw(n, rng) for call in self.calls], axis=0)

    def survival(self, ms: Any) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return -np.expm1(sum(np.log1p(-call.survival(ms)) for call in self.calls))

    def places(self) -> np.ndarray:
        return thinned(np.concatenate([call.tails() for call in self.calls]))


@dataclass(frozen=True)
class Cached(Call):
    """`hit` for `hit_ratio` of calls, `miss` for the others. A miss that looks into the cache first is `serial(hit, store)`."""

    hit: Call
    miss: Call
    hit_ratio: float

    def __post_init__(self) -> None:
        require_share("hit_ratio", self.hit_ratio)

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return np.where(rng.random(n) < self.hit_ratio, self.hit.draw(n, rng), self.miss.draw(n, rng))

    def survival(self, ms: Any) -> np.ndarray:
        return self.hit_ratio * self.hit.survival(ms) + (1 - self.hit_ratio) * self.miss.survival(ms)

    def places(self) -> np.ndarray:
        return thinned(np.concatenate([self.hit.tails(), self.miss.tails()]))


def thinned(places: np.ndarray, most: int = 3000) -> np.ndarray:
    """Sorted, without repetitions, at most about `most` of them."""
    places = np.unique(places)
    return places[:: len(places) // most + 1] if len(places) > most else places


def require_share(name: str, value: float) -> None:
    """InvalidInput unless 0 <= value <= 1."""
    require(isinstance(value, (int, float)) and 0 <= value <= 1, f"{name} must be 0 … 1, not {value!r}")


def require_ms(name: str, value: float) -> None:
    """InvalidInput unless `value` is a finite number of ms, >= 0."""
    require(isinstance(value, (int, float)) and 0 <= value < math.inf, f"{name} must be >= 0 ms and finite, not {value!r}")


def serial(*calls: Call | float) -> Call:
    """One after another. A number is a fixed latency in ms."""
    return Serial(_some(calls))


def parallel(*calls: Call | float) -> Call:
    """All at once; done when the last one is. For n alike calls `scatter` is cheaper."""
    return Parallel(_some(calls))


def cached(hit: Call | float, miss: Call | float, hit_ratio: float) -> Cached:
    """`hit` in `hit_ratio` of cases, else `miss`. Its mean says little: p99 is that of misses unless fewer than 1 % miss."""
    return Cached(as_call(hit), as_call(miss), hit_ratio)


def paused(call: Call | float, share: float, pause: Call | float) -> Call:
    """`call`, after a `pause` in `share` of cases: a garbage collection, a failover.

    Outside a scatter it hits all reads at once, and `share` of pages wait; inside it each read has its own, and nearly every page waits.
    """
    return serial(call, cached(pause, 0.0, share))


def _some(calls: Sequence[Call | float]) -> tuple[Call, ...]:
    if not calls:
        raise InvalidInput("a composition needs at least one call")
    return tuple(as_call(call) for call in calls)
