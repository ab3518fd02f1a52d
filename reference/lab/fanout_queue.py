"""Fanout workers as a queue: when the last follower sees a tweet, behind whom, with how many workers.

A tweet of f followers is ⌈f ÷ batch⌉ batches; each costs `per_batch_ms` and `per_delivery_us` a follower. In which order they are served:

    whole        a worker takes a tweet with all its batches (as one owner of a partition does): one worker for 10 M followers
    chunked      batches in order of arrival, on any worker: fast for the large tweet, a wall for all behind it
    fair         the tweet with the fewest batches begun goes first: the small ones pass, the large one gets what is left
    small_first  fewest followers first
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.lab import queue_engine
from reference.lab.queue_theory import erlang_c
from reference.twitter.errors import require, require_int

ORDERS = ("whole", "chunked", "fair", "small_first")
PER_BATCH_MS, PER_DELIVERY_US = 0.2, 8.0  # of the order of a Lua call of 500 on one redis-server: assumptions, to be calibrated
MANY_WORKERS = 20_000  # beyond, nobody waits for one of them to be free


@dataclass(frozen=True)
class FanoutRun:
    """(n,) arrays in order of arrival. started_ms: first batch taken; visible_ms: last batch delivered."""

    order: str
    workers: int
    followers: np.ndarray
    arrived_ms: np.ndarray
    started_ms: np.ndarray
    visible_ms: np.ndarray
    busy_ms: float

    @property
    def to_visible_ms(self) -> np.ndarray:
        """From the tweet to its last follower."""
        return self.visible_ms - self.arrived_ms

    @property
    def waits_ms(self) -> np.ndarray:
        return self.started_ms - self.arrived_ms

    @property
    def utilisation(self) -> float:
        return self.busy_ms / (self.workers * float(self.visible_ms.max()))


class _Fanout:
    """Tweets in line, in one of the ORDERS."""

    def __init__(self, followers: list[int], order: str, batch: int, per_batch_ms: float, per_delivery_us: float) -> None:
        self.order, self.batch, self.per_batch_ms, self.per_delivery_us = order, batch, per_batch_ms, per_delivery_us
        self.left = list(followers)
        self.batches = [-(-count // batch) for count in followers]
        self.open = [1 if order == "whole" else count for count in self.batches]
        self.begun = [0] * len(followers)
        self.started, self.visible = [0.0] * len(followers), [0.0] * len(followers)
        self.busy_ms = 0.0
        self.queue: deque[int] = deque()
        self.ranked: list[tuple[int, int]] = []

    def arrive(self, place: int, now_ms: float) -> int:
        self._wait(place)
        return self.open[place]

    def _wait(self, place: int) -> None:
        if self.order in ("whole", "chunked"):
            self.queue.appendleft(place) if self.begun[place] else self.queue.append(place)
        else:
            heapq.heappush(self.ranked, (self.begun[place] if self.order == "fair" else self.batches[place], place))

    def take(self, now_ms: float) -> tuple[int, float] | None:
        if not self.queue and not self.ranked:
            return None
        place = self.queue.popleft() if self.queue else heapq.heappop(self.ranked)[1]
        if not self.begun[place]:
            self.started[place] = now_ms
        count = self.left[place] if self.order == "whole" else min(self.batch, self.left[place])
        self.begun[place] += 1
        self.left[place] -= count
        if self.left[place]:
            self._wait(place)
        service_ms = -(-count // self.batch) * self.per_batch_ms + count * self.per_delivery_us / 1000
        self.busy_ms += service_ms
        return place, service_ms

    def done(self, job: int, now_ms: float) -> None:
        self.open[job] -= 1
        if not self.open[job]:
            self.visible[job] = now_ms


def simulate_fanout(
    followers: Any,
    arrived_ms: Any,
    workers: int,
    batch: int = 500,
    per_batch_ms: float = PER_BATCH_MS,
    per_delivery_us: float = PER_DELIVERY_US,
    order: str = "chunked",
) -> FanoutRun:
    """Deliver tweets of `followers` (n,) that arrive at `arrived_ms` (n,), rising. Nothing is random. Some 100 K batches a second."""
    counts = [require_int("followers", count, 1) for count in np.asarray(followers).tolist()]
    arrived = np.asarray(arrived_ms, dtype=float)
    require(arrived.shape == (len(counts),) and len(counts) > 0, f"{len(counts)} tweets, but arrivals of shape {arrived.shape}")
    require(bool(np.isfinite(arrived).all() and (arrived >= 0).all() and (np.diff(arrived) >= 0).all()), "arrived_ms must be >= 0 and rise")
    require(order in ORDERS, f"order must be one of {', '.join(ORDERS)}, not {order!r}")
    _require_costs(workers, batch, per_batch_ms, per_delivery_us)
    line = _Fanout(counts, order, batch, per_batch_ms, per_delivery_us)
    queue_engine.run(arrived.tolist(), line, workers)
    return FanoutRun(order, workers, np.array(counts), arrived, np.array(line.started), np.array(line.visible), line.busy_ms)


def time_to_visible(
    followers: float,
    workers: int,
    batch: int = 500,
    utilisation: float = 0.0,
    per_batch_ms: float = PER_BATCH_MS,
    per_delivery_us: float = PER_DELIVERY_US,
    order: str = "fair",
) -> float:
    """Mean ms until the last of `followers` sees a tweet; microseconds to compute, for sliders.

    utilisation: share of the workers' time that other tweets take (small ones: one full batch each). Under "fair" and "small_first"
    they pass, so the work shares what they leave; under "chunked" they wait; under "whole" one worker does it all. Within 10 % of
    `simulate_fanout` (test_queueing). Raises InvalidInput at a utilisation of 1: the line would grow for ever.
    """
    require(1 <= followers < math.inf, f"followers must be >= 1, not {followers}")
    require(0 <= utilisation < 1, f"unstable queue: utilisation by other tweets must be 0 … below 1, not {utilisation}")
    require(order in ORDERS, f"order must be one of {', '.join(ORDERS)}, not {order!r}")
    _require_costs(workers, batch, per_batch_ms, per_delivery_us)
    per_ms = per_delivery_us / 1000
    work_ms = math.ceil(followers / batch) * per_batch_ms + followers * per_ms
    full_ms = per_batch_ms + batch * per_ms
    largest_ms = per_batch_ms + min(followers, batch) * per_ms
    wait_ms = _wait_ms(workers, utilisation, full_ms)
    if order == "whole":
        return wait_ms + work_ms
    in_step_ms = _in_step(followers, workers, batch, full_ms, work_ms)
    if utilisation == 0:
        return in_step_ms
    left = 1.0 if order == "chunked" else 1 - utilisation
    staggered_ms = max(largest_ms, work_ms / (workers * left) + full_ms * (1 - 1 / workers) / 2)
    if order == "chunked":  # idle workers start in step, busy ones when their batch ends
        return wait_ms + (1 - utilisation) * in_step_ms + utilisation * staggered_ms
    return wait_ms + staggered_ms


def _wait_ms(workers: int, utilisation: float, service_ms: float) -> float:
    """Until one worker is free, the others' batches being all alike: half of what Erlang C says for exponential ones."""
    if utilisation == 0 or workers > MANY_WORKERS:
        return 0.0
    return erlang_c(workers, utilisation * workers) * service_ms / (workers * (1 - utilisation)) / 2


def _in_step(followers: float, workers: int, batch: int, full_ms: float, work_ms: float) -> float:
    """Alone, workers go in step: full waves, then what is left; a last wave of one partial batch is shorter."""
    batches = math.ceil(followers / batch)
    waves = math.ceil(batches / workers)
    alone_in_last = batches - (waves - 1) * workers == 1
    return (waves - 1) * full_ms + (work_ms - (batches - 1) * full_ms if alone_in_last else full_ms)


def workers_for(
    followers: float,
    visible_s: float,
    batch: int = 500,
    utilisation: float = 0.0,
    per_batch_ms: float = PER_BATCH_MS,
    per_delivery_us: float = PER_DELIVERY_US,
) -> int:
    """The fewest workers with which a tweet of `followers` is visible within `visible_s` ("fair" order). InvalidInput when one batch alone
    takes longer: then no number of workers helps."""
    require(0 < visible_s < math.inf, f"visible_s must be > 0, not {visible_s}")

    def fits(workers: int) -> bool:
        return time_to_visible(followers, workers, batch, utilisation, per_batch_ms, per_delivery_us) <= 1000 * visible_s

    enough = 1
    while not fits(enough):
        require(
            enough < 2 * math.ceil(followers / batch) / (1 - utilisation),
            f"no number of workers does it in {visible_s:g} s: smaller batches",
        )
        enough *= 2
    low = enough // 2
    while enough - low > 1:
        middle = (low + enough) // 2
        low, enough = (low, middle) if fits(middle) else (middle, enough)
    return enough


def _require_costs(workers: int, batch: int, per_batch_ms: float, per_delivery_us: float) -> None:
    require_int("workers", workers, 1)
    require_int("batch", batch, 1)
    for name, value in (("per_batch_ms", per_batch_ms), ("per_delivery_us", per_delivery_us)):
        require(isinstance(value, (int, float)) and 0 <= value < math.inf, f"{name} must be >= 0, not {value!r}")
    require(per_batch_ms + per_delivery_us > 0, "deliveries that take no time need no queue: per_batch_ms or per_delivery_us must be > 0")
