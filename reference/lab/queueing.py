"""Queues that are played through: who waits how long behind whom. By simpy; checked against the formulas of `queue_theory`.

    rng = np.random.default_rng(7)
    found = simulate(poisson_ms(800, 50_000, rng), rng.exponential(1.0, 50_000))
    found.waits_ms.mean(), found.utilisation, found.mean_in_system

Arrivals and service times are arrays: give two simulations the same ones and they differ in nothing but what you changed.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.lab import queue_engine
from reference.lab.fanout_queue import FanoutRun, simulate_fanout, time_to_visible, workers_for
from reference.lab.queue_theory import (
    erlang_c,
    mm1_time_percentile_ms,
    mm1_wait_ms,
    mmc_wait_ms,
    mmc_wait_percentile_ms,
    offered_erlangs,
    require_stable,
    servers_for,
)
from reference.twitter.errors import require, require_int

__all__ = [
    "FanoutRun", "QueueRun", "bursty_ms", "erlang_c", "mm1_time_percentile_ms", "mm1_wait_ms", "mmc_wait_ms", "mmc_wait_percentile_ms",
    "offered_erlangs", "poisson_ms", "servers_for", "simulate", "simulate_fanout", "time_to_visible", "workers_for",
]  # fmt: skip


@dataclass(frozen=True)
class QueueRun:
    """What happened to each customer, in order of arrival: (n,) ms arrays. Time starts at 0."""

    servers: int
    arrived_ms: np.ndarray
    started_ms: np.ndarray
    finished_ms: np.ndarray

    @property
    def waits_ms(self) -> np.ndarray:
        return self.started_ms - self.arrived_ms

    @property
    def times_ms(self) -> np.ndarray:
        """Wait and service together: what a client sees."""
        return self.finished_ms - self.arrived_ms

    @property
    def ended_ms(self) -> float:
        return float(self.finished_ms.max())

    @property
    def utilisation(self) -> float:
        """Share of the servers' time that they were busy."""
        return float((self.finished_ms - self.started_ms).sum() / (self.servers * self.ended_ms))

    @property
    def rate_per_s(self) -> float:
        return 1000 * len(self.arrived_ms) / self.ended_ms

    def in_system(self) -> tuple[np.ndarray, np.ndarray]:
        """When the number of customers changed (ms), and to what: waiting and being served."""
        times = np.concatenate([self.arrived_ms, self.finished_ms])
        steps = np.repeat([1, -1], len(self.arrived_ms))
        order = np.lexsort((-steps, times))
        return times[order], np.cumsum(steps[order])

    @property
    def mean_in_system(self) -> float:
        """Time average of the number of customers, from its path."""
        times, counts = self.in_system()
        return float((counts[:-1] * np.diff(times)).sum() / self.ended_ms)


class _FirstCome:
    """First come, first served; or lowest `priority` first, equal ones in order of arrival. A service is not interrupted."""

    def __init__(self, service_ms: Sequence[float], priorities: Sequence[float] | None) -> None:
        self.service_ms, self.priorities = service_ms, priorities
        self.queue: deque[int] = deque()
        self.ranked: list[tuple[float, int]] = []
        self.started = [0.0] * len(service_ms)
        self.finished = [0.0] * len(service_ms)

    def arrive(self, place: int, now_ms: float) -> int:
        if self.priorities is None:
            self.queue.append(place)
        else:
            heapq.heappush(self.ranked, (self.priorities[place], place))
        return 1

    def take(self, now_ms: float) -> tuple[int, float] | None:
        if not self.queue and not self.ranked:
            return None
        place = self.queue.popleft() if self.queue else heapq.heappop(self.ranked)[1]
        self.started[place] = now_ms
        return place, self.service_ms[place]

    def done(self, job: int, now_ms: float) -> None:
        self.finished[job] = now_ms


def simulate(arrivals: Any, service: Any, servers: int = 1, *, priorities: Any = None, overload: bool = False) -> QueueRun:
    """Serve customers that arrive at `arrivals` (n,) ms, rising, and take `service` (n,) ms each, with `servers` servers and one line.

    priorities (n,): lower goes first (None: first come, first served). More work than the servers can do is refused as unstable, unless
    `overload` says that watching the line grow is the point. Deterministic: chance is in the arrays. Some 100 K customers a second.
    """
    arrived, took = _array("arrivals", arrivals), _array("service", service)
    require(len(arrived) == len(took), f"{len(arrived)} arrivals, but {len(took)} service times")
    require(bool((np.diff(arrived) >= 0).all()), "arrivals must rise")
    require_int("servers", servers, 1)
    if not overload and len(arrived) > servers:
        gap_ms = float(arrived[-1] - arrived[0]) / (len(arrived) - 1)
        require_stable(float(took.mean()) / gap_ms if gap_ms else float(len(arrived)), servers)
    ranks = None if priorities is None else _array("priorities", priorities).tolist()
    require(ranks is None or len(ranks) == len(arrived), "priorities: one for each arrival")
    line = _FirstCome(took.tolist(), ranks)
    queue_engine.run(arrived.tolist(), line, servers)
    return QueueRun(servers, arrived, np.array(line.started), np.array(line.finished))


def _array(name: str, values: Any) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    require(array.ndim == 1 and array.size > 0, f"{name} must be a list of at least one number")
    require(bool(np.isfinite(array).all() and (array >= 0).all()), f"{name} must be finite and >= 0")
    return array


def poisson_ms(rate_per_s: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """(n,) arrival times in ms: independent, `rate_per_s` on average."""
    require(0 < rate_per_s < math.inf, f"rate_per_s must be > 0, not {rate_per_s}")
    return np.cumsum(rng.exponential(1000 / rate_per_s, require_int("n", n, 1)))


def bursty_ms(
    rate_per_s: float, n: int, rng: np.random.Generator, times: float = 5.0, burst_ms: float = 1_000.0, every_ms: float = 10_000.0
) -> np.ndarray:
    """(n,) arrival times in ms whose rate is `times` as high for `burst_ms` out of `every_ms`; `rate_per_s` over all.

    Each period begins with its burst. With the same rng state the same customers come as in `poisson_ms`, only at other moments.
    """
    require(times >= 1, f"times must be >= 1, not {times}")
    require(0 < burst_ms < every_ms < math.inf, f"need 0 < burst_ms < every_ms, not {burst_ms}, {every_ms}")
    even = poisson_ms(rate_per_s, n, rng)
    in_burst = every_ms * burst_ms * times / (burst_ms * times + every_ms - burst_ms)  # where the even clock is when the burst ends
    periods, within = np.divmod(even, every_ms)
    calm = burst_ms + (within - in_burst) * (every_ms - burst_ms) / (every_ms - in_burst)
    return periods * every_ms + np.where(within < in_burst, within * burst_ms / in_burst, calm)
