"""Ids per second: the class of every blog, a library, ours one by one, ours in batches. Run: python -m tests.benchmarks.bench_ids"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from reference.twitter.backend import connect
from reference.twitter.ids import TWITTER, SnowflakeGenerator
from tests.benchmarks.harness import Row, interleave, per_second, report, row

SINGLES, BATCH = 200_000, 1_000_000
LIMIT = "protocol's limit"


class NaiveGenerator:
    """What nearly every article prints: a lock, `time.time() * 1000`, a masked sequence, everything composed each time."""

    def __init__(self, worker_id: int) -> None:
        self.worker_id, self.sequence, self.last_ms = worker_id, 0, -1
        self.lock = threading.Lock()

    def next_id(self) -> int:
        with self.lock:
            now_ms = int(time.time() * 1000)
            if now_ms < self.last_ms:
                raise RuntimeError("clock moved backwards")
            if now_ms == self.last_ms:
                self.sequence = (self.sequence + 1) & 4095
                if self.sequence == 0:
                    while now_ms <= self.last_ms:
                        now_ms = int(time.time() * 1000)
            else:
                self.sequence = 0
            self.last_ms = now_ms
            return ((now_ms - 1288834974657) << 22) | (self.worker_id << 12) | self.sequence


def singles(next_id: Callable[[], Any]) -> Callable[[], None]:
    def work() -> None:
        for _ in range(SINGLES):
            next_id()

    return work


def library() -> Callable[[], Any] | None:
    try:
        from snowflake import SnowflakeGenerator as Library
    except ImportError:
        return None
    return Library(7, epoch=TWITTER.epoch_ms).__next__


def run(rounds: int = 9) -> list[Row]:
    """Interleaved medians, each ratio taken within its round."""
    ours, batching = SnowflakeGenerator(7), SnowflakeGenerator(8)
    leased = SnowflakeGenerator.leased(connect("fakeredis://"), "bench")
    measures = {
        "naive, one by one": per_second(singles(NaiveGenerator(7).next_id), SINGLES),
        "ours, one by one": per_second(singles(ours.next_id), SINGLES),
        "ours, leased worker id": per_second(singles(leased.next_id), SINGLES),
        "ours, batch of 1 M": per_second(lambda: batching.batch(BATCH), BATCH),
        LIMIT: lambda: float(TWITTER.ids_per_s),
    }
    peer = library()
    if peer is not None:
        measures["snowflake-id, one by one"] = per_second(singles(peer), SINGLES)
    figures = interleave(measures, rounds)
    naive = "naive, one by one"
    rows = [
        row(figures, naive, "ids/s"),
        row(figures, "ours, one by one", "ids/s", naive, at_least=1.4),
        row(figures, "ours, leased worker id", "ids/s", naive),
        row(figures, "ours, batch of 1 M", "ids/s", LIMIT, at_least=0.99),
    ]
    return rows + ([row(figures, "snowflake-id, one by one", "ids/s", naive)] if peer is not None else [])


def main() -> int:
    return report(run(), "Snowflake ids")


if __name__ == "__main__":
    sys.exit(main())
