"""One hop: a latency with a median, a 99th percentile, a floor, and somebody who says so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from reference.lab.gaussian import from_tail, tail
from reference.lab.latency_calls import STRATA, Call
from reference.twitter.errors import require

P99_Z = float(from_tail(0.01))
KINDS = ("memory", "network", "disk", "store", "security", "service", "measured")
SHARPEST = 1e-9  # the spread of a hop whose p99 is its median


@dataclass(frozen=True)
class Hop(Call):
    """Lognormal above `floor_ms`, through `p50_ms` and `p99_ms`. Beyond p99 it is a model: two numbers do not say what p99.9 is.

    name, says (in words), kind (one of KINDS), source (who says so, and what is a guess). InvalidInput unless floor < p50 <= p99.
    """

    name: str
    p50_ms: float
    p99_ms: float
    says: str = ""
    source: str = "an assumption"
    kind: str = "service"
    floor_ms: float = 0.0

    def __post_init__(self) -> None:
        require(bool(self.name.strip()), "a hop needs a name")
        for field in ("p50_ms", "p99_ms", "floor_ms"):
            value = getattr(self, field)
            require(isinstance(value, (int, float)) and math.isfinite(value), f"{self.name}: {field} must be a number, not {value!r}")
        require(
            0 <= self.floor_ms < self.p50_ms <= self.p99_ms,
            f"{self.name}: need 0 <= floor_ms < p50_ms <= p99_ms, not {self.floor_ms}, {self.p50_ms}, {self.p99_ms}",
        )
        require(self.kind in KINDS, f"{self.name}: kind must be one of {', '.join(KINDS)}, not {self.kind!r}")
        require(bool(self.source.strip()), f"{self.name}: say where the figures come from")

    @classmethod
    def fit(cls, name: str, samples_ms: Any, **about: Any) -> Hop:
        """The hop with the median and the 99th percentile of `samples_ms`. At least 100 of them: fewer have no 99th percentile."""
        samples = np.asarray(samples_ms, dtype=float)
        require(samples.ndim == 1 and len(samples) >= 100, f"{name}: a p99 needs at least 100 samples, not {samples.size}")
        require(bool(np.isfinite(samples).all() and (samples >= 0).all()), f"{name}: latencies must be finite and >= 0")
        p50, p99 = np.percentile(samples, [50, 99])
        require(p50 > 0, f"{name}: the median is 0 ms: the clock is too coarse for this")
        return cls(name, float(p50), float(p99), **about)

    @cached_property
    def _log_median(self) -> float:
        return math.log(self.p50_ms - self.floor_ms)

    @cached_property
    def _spread(self) -> float:
        ratio = (self.p99_ms - self.floor_ms) / (self.p50_ms - self.floor_ms)
        return max(math.log(ratio) / P99_Z, SHARPEST)

    @property
    def mean_ms(self) -> float:
        """Above the median: the tail pulls it up."""
        return self.floor_ms + math.exp(self._log_median + self._spread**2 / 2)

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.at_z(rng.standard_normal(n))

    def slower_than(self, share: Any) -> np.ndarray:
        return self.at_z(from_tail(share))

    def at_z(self, z: np.ndarray) -> np.ndarray:
        return self.floor_ms + np.exp(self._log_median + self._spread * z)

    def survival(self, ms: Any) -> np.ndarray:
        above = np.maximum(np.asarray(ms, dtype=float) - self.floor_ms, 0.0)
        with np.errstate(divide="ignore"):
            return tail((np.log(above) - self._log_median) / self._spread)

    def places(self) -> np.ndarray:
        return self.slower_than(STRATA)
