"""Milliseconds for 10⁵ samples of each composition, and for a slider over queues. Run: python -m tests.benchmarks.bench_latency"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from reference.lab.latency import Call, cached, hedged, hops, parallel, paused, quorum, retried, scatter, scatter_limited, serial
from reference.lab.queueing import mmc_wait_ms, poisson_ms, simulate, time_to_visible
from tests.benchmarks.harness import Measure, Row, interleave, report

SAMPLES, LIMIT_MS, CUSTOMERS = 100_000, 100.0, 20_000
READ, COMMAND = hops()["cassandra point read"], hops()["redis command"]
HEDGED = hedged(READ, READ.percentile(95))
COMPOSITIONS: dict[str, Call] = {
    "one read": READ,
    "serial, 3 calls": serial(COMMAND, READ, 3.0),
    "parallel, 2 calls": parallel(READ, COMMAND),
    "scatter of 5,000": scatter(READ, 5_000),
    "scatter of 5,000, alike": scatter(READ, 5_000, shared=0.3),
    "scatter of 5,000 hedged": scatter(HEDGED, 5_000),
    "scatter of 500 cached": scatter(cached(COMMAND, READ, 0.9), 500),
    "quorum 2 of 3": quorum(READ, 2, 3),
    "hedged": HEDGED,
    "hedged, alike": hedged(READ, READ.percentile(95), shared=0.3),
    "retried": retried(READ, 20, 3, failure_rate=0.01, backoff_ms=5),
    "retried, alike": retried(READ, 20, 3, failure_rate=0.01, backoff_ms=5, shared=0.3),
    "cached": cached(COMMAND, serial(COMMAND, READ), 0.9),
    "paused": paused(READ, 0.02, 100),
    "pool of 50 for 5,000": scatter_limited(READ, 5_000, 50),
    "pool of 20 for 200": scatter_limited(READ, 200, 20),
}


def ms(work: Callable[[], object]) -> Measure:
    """A measure: milliseconds that `work()` takes."""

    def measure() -> float:
        started = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - started)

    return measure


def sampling(call: Call) -> Measure:
    return ms(lambda: call.sample(SAMPLES, np.random.default_rng(1)))


def median_ms(call: Call, rounds: int = 5) -> float:
    """Median over rounds after a first one, in which tables are made."""
    return statistics.median(interleave({"it": sampling(call)}, rounds)["it"])


def formulas() -> None:
    """A slider's chart: 100 utilisations, waits and times to visible."""
    for percent in range(100):
        mmc_wait_ms(160 * percent, 1.0, 16)
        time_to_visible(1_000_000, 16, 500, percent / 100)


def simulated() -> None:
    rng = np.random.default_rng(1)
    simulate(poisson_ms(800, CUSTOMERS, rng), rng.exponential(1.0, CUSTOMERS))


def run(rounds: int = 5) -> list[Row]:
    measures = {name: sampling(call) for name, call in COMPOSITIONS.items()}
    figures = interleave({**measures, "100 points of two formulas": ms(formulas), f"simpy, {CUSTOMERS:,} customers": ms(simulated)}, rounds)
    rows = []
    for name, taken in figures.items():
        median = statistics.median(taken)
        limited = not name.startswith("simpy")
        rows.append(Row(name, median, "ms", target=f"< {LIMIT_MS:g} ms" if limited else "", ok=median < LIMIT_MS if limited else None))
    return rows


def main() -> int:
    return report(run(), f"Latency: {SAMPLES:,} samples of each composition")


if __name__ == "__main__":
    sys.exit(main())
