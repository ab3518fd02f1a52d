"""Measures what a round trip, a command and a pull of n authors really take on a platform's Redis, and fits hops to it.

    found = calibrate(app)
    found.command.p99_ms, found.pull(5_000).percentile(99), found.table()

Times of one machine at one moment: show them, never compare them. What is exact is beside them: commands and round trips.
One Redis executes one command after another, so its pull is a round trip and n commands *in turn*, not the slowest of n in parallel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from reference.lab.latency_calls import Call, serial
from reference.lab.latency_hop import Hop
from reference.lab.meter import Meter
from reference.twitter.clock import NS_PER_MS, Clock, SystemClock
from reference.twitter.errors import require, require_int
from reference.twitter.homes import LIVE, IdTimelines, member, read_sources
from reference.twitter.model import chunked
from reference.twitter.platform import Platform

PAGE = 20
FIRST_ID = 1 << 60
FEWEST_SAMPLES = 100
SMALL = 200  # pulls of fewer authors are repeated more often: a hiccup weighs more in them


@dataclass(frozen=True)
class Pull:
    """A home page of `authors` pulled timelines: commands and round trips (exact), ms of each repetition."""

    authors: int
    commands: int
    round_trips: int
    took_ms: tuple[float, ...]

    @property
    def median_ms(self) -> float:
        return median(self.took_ms)


@dataclass(frozen=True)
class Calibration:
    """round_trip, command: hops fitted to `samples` measurements each; pulls: by number of authors, rising.

    `author_ms`, what one more author costs, comes from the smallest pull alone: the others put the model to the test.
    """

    backend: str
    samples: int
    round_trip: Hop
    command: Hop
    pulls: tuple[Pull, ...]

    @property
    def author_ms(self) -> float:
        smallest = self.pulls[0]
        return max(smallest.median_ms - self.round_trip.p50_ms, 0.0) / smallest.authors

    def pull(self, authors: int) -> Call:
        """The model: a round trip, then `authors` commands one after another on the one server."""
        return serial(self.round_trip, require_int("authors", authors, 1) * self.author_ms)

    def table(self) -> Any:
        """Measured beside modelled, a row for each pull: commands, round trips, measured_ms, modelled_ms (medians), off_percent."""
        import pandas as pd

        rows = []
        for pull in self.pulls:
            modelled = self.pull(pull.authors).percentile(50)
            off = 100 * (modelled / pull.median_ms - 1)
            rows.append((pull.authors, pull.commands, pull.round_trips, pull.median_ms, modelled, off))
        return pd.DataFrame(rows, columns=["authors", "commands", "round_trips", "measured_ms", "modelled_ms", "off_percent"])


def calibrate(
    platform: Platform,
    rng: np.random.Generator | None = None,
    clock: Clock | None = None,
    *,
    authors: Sequence[int] = (10, 100, 1_000),
    samples: int = 200,
    repetitions: int = 5,
    now_ns: Callable[[], int] | None = None,
) -> Calibration:
    """Measure `platform.redis`: `samples` round trips and single-author reads, `repetitions` pulls of each size, interleaved.

    rng: in which order authors are read (None: seed 0). clock, or now_ns: what is read before and after (None: the machine's). Timelines
    of its own are made for this and taken away. Default: a second on redis-server, five on fakeredis. Raises InvalidInput.
    """
    require_int("samples", samples, FEWEST_SAMPLES)
    require_int("repetitions", repetitions, 1)
    sizes = sorted({require_int("authors", size, 1, 20_000) for size in authors})
    require(bool(sizes), "authors must name at least one number of authors to pull")
    watch = _Watch(platform.redis, now_ns or (clock or SystemClock()).monotonic_ns, rng or np.random.default_rng(0))
    timelines = IdTimelines(platform.redis, platform.namespace, "calibration")
    try:
        _fill(timelines, sizes[-1])
        watch.pulls(timelines, sizes[0], 1)  # opens the connection, warms caches
        trips, reads, pulls = _measure(watch, timelines, sizes, samples, repetitions)
    finally:
        timelines.drop_all()
    backend = type(platform.redis).__name__
    about = {"kind": "measured", "source": f"measured here, {samples} samples on {backend}"}
    return Calibration(
        backend=backend,
        samples=samples,
        round_trip=Hop.fit("round trip", trips, says="PING as the client sees it", **about),
        command=Hop.fit("command", reads, says=f"the newest {PAGE} of one timeline as the client sees it", **about),
        pulls=tuple(pulls),
    )


def _measure(
    watch: _Watch, timelines: IdTimelines, sizes: Sequence[int], samples: int, repetitions: int
) -> tuple[list[float], list[float], list[Pull]]:
    """In `repetitions` rounds of everything, so that a busy moment of the machine falls on all alike."""
    trips: list[float] = []
    reads: list[float] = []
    took: dict[int, list[float]] = {size: [] for size in sizes}
    for part in np.array_split(np.arange(samples), repetitions):
        for _ in part:
            trips.append(watch.ms(watch.redis.ping))
            reads += watch.pulls(timelines, 1, 1)
        for size in sizes:
            took[size] += watch.pulls(timelines, size, max(1, SMALL // size))
    return trips, reads, [Pull(size, *watch.counted(timelines, size), tuple(took[size])) for size in sizes]


@dataclass(frozen=True)
class _Watch:
    redis: Any
    now_ns: Callable[[], int]
    rng: np.random.Generator

    def ms(self, work: Callable[[], object]) -> float:
        started = self.now_ns()
        work()
        return (self.now_ns() - started) / NS_PER_MS

    def pulls(self, timelines: IdTimelines, authors: int, times: int) -> list[float]:
        sources = [(timelines, int(owner)) for owner in self.rng.permutation(authors)]
        return [self.ms(lambda: read_sources(sources, None, PAGE)) for _ in range(times)]

    def counted(self, timelines: IdTimelines, authors: int) -> tuple[int, int]:
        """Commands and round trips; apart from the timing, which a meter would slow."""
        with Meter(self.redis) as meter:
            read_sources([(timelines, owner) for owner in range(authors)], None, PAGE)
        return meter.commands, meter.round_trips


def _fill(timelines: IdTimelines, authors: int) -> None:
    """Live timelines of one page each, for owners 0 … authors − 1."""
    entries = {member(FIRST_ID + place): 0 for place in range(PAGE)} | {LIVE: 0}
    for owners in chunked(range(authors), 500):
        with timelines.redis.pipeline(transaction=False) as pipe:
            for owner in owners:
                pipe.zadd(timelines.key(owner), entries)
            pipe.execute()
