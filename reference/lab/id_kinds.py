"""Five kinds of id for the same tweets, and what each costs: order, index pages, round trips. Exact counts, no clocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from reference.lab.index_pages import pages_touched
from reference.lab.meter import Meter
from reference.twitter.clock import ManualClock
from reference.twitter.errors import require_int
from reference.twitter.ids import TWITTER, SnowflakeGenerator, SnowflakeLayout

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

START_MS = 1_768_219_200_000  # Monday 2026-01-12 12:00 UTC, as in the dataset
UUID_EPOCH_MS = -12_219_292_800_000  # 15 October 1582, the Gregorian calendar's first day (RFC 9562, 5.1)
BYTES = {"auto-increment": 8, "UUIDv4": 16, "UUIDv1": 16, "UUIDv7": 16, "Snowflake": 8}
CHARACTERS = {8: 19, 16: 36}  # written out: 19 digits, or 32 hex digits and 4 hyphens


@dataclass(frozen=True)
class Arrivals:
    """Tweets in the order in which they reach one database: when (by the `worker`'s own clock, which is off), and at which worker."""

    by_clock_us: np.ndarray
    worker: np.ndarray

    @property
    def by_clock_ms(self) -> np.ndarray:
        return self.by_clock_us // 1000


def arrivals(count: int, per_s: float, workers: int = 64, clock_error_ms: float = 10.0, seed: int = 7) -> Arrivals:
    """`count` posts at a Poisson rate; each worker's clock is off by a constant within ± `clock_error_ms`. O(count)."""
    import numpy as np

    rng = np.random.default_rng(seed)
    true_us = START_MS * 1000 + np.cumsum(rng.exponential(1e6 / per_s, require_int("count", count, 1))).astype(np.int64)
    worker = rng.integers(0, workers, count)
    off_us = rng.uniform(-clock_error_ms * 1000, clock_error_ms * 1000, workers).astype(np.int64)
    return Arrivals(true_us + off_us[worker], worker)


def all_kinds(posts: Arrivals, seed: int = 7) -> dict[str, list[int]]:
    """The same tweets under each kind of id, as ints that compare as a database compares the ids: {kind: ids in order of arrival}."""
    import numpy as np

    count = posts.worker.size
    halves = np.random.default_rng(seed).integers(0, 1 << 64, (count, 2), dtype=np.uint64)
    random_bits = [high << 64 | low for high, low in halves.tolist()]
    return {
        "auto-increment": list(range(1, count + 1)),
        "UUIDv4": [_versioned(bits, 4) for bits in random_bits],
        "UUIDv1": [uuid1(us, int(worker)) for us, worker in zip(posts.by_clock_us.tolist(), posts.worker, strict=True)],
        "UUIDv7": [
            _versioned(ms << 80 | bits & (1 << 80) - 1, 7) for ms, bits in zip(posts.by_clock_ms.tolist(), random_bits, strict=True)
        ],
        "Snowflake": snowflakes(posts),
    }


def uuid1(unix_us: int, node: int) -> int:
    """A version 1 UUID: its 60-bit time stands with the *low* 32 bits in front. Source: RFC 9562, 5.1."""
    ticks = unix_us * 10 - UUID_EPOCH_MS * 10_000  # of 100 ns
    low, middle, high = ticks & 0xFFFFFFFF, ticks >> 32 & 0xFFFF, ticks >> 48 & 0x0FFF
    return _versioned(low << 96 | middle << 80 | high << 64 | node, 1)


def _versioned(bits: int, version: int) -> int:
    """Set version and variant, the six bits that a UUID does not leave free."""
    return bits & ~(0xF << 76 | 0x3 << 62) & (1 << 128) - 1 | version << 76 | 0b10 << 62


def snowflakes(posts: Arrivals, layout: SnowflakeLayout = TWITTER) -> list[int]:
    """A Snowflake for each post; the sequence counts within worker and millisecond."""
    taken: Counter[tuple[int, int]] = Counter()
    ids = []
    for ms, worker in zip(posts.by_clock_ms.tolist(), posts.worker.tolist(), strict=True):
        ids.append(layout.encode(ms, worker, taken[ms, worker]))
        taken[ms, worker] += 1
    return ids


def written(kind: str, key: int) -> str:
    """The id as one would read it in a log."""
    import uuid

    return str(uuid.UUID(int=key)) if BYTES[kind] == 16 else str(key)


def samples(kinds: dict[str, list[int]], first: int = 50_000, count: int = 3) -> pd.DataFrame:
    """A few neighbours of each kind, one row per kind, in order of arrival."""
    import pandas as pd

    columns = [f"tweet {number:,}" for number in range(first + 1, first + count + 1)]
    rows = {kind: [written(kind, key) for key in keys[first : first + count]] for kind, keys in kinds.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def compare(kinds: dict[str, list[int]], redis: Any, every: int = 1000) -> tuple[pd.DataFrame, dict[str, list[int]]]:
    """The table of counts, one row per kind; and {kind: different index pages written by each `every` inserts}."""
    import pandas as pd

    round_trips = round_trips_for(10_000, redis)
    rows, curves = [], {}
    for kind, keys in kinds.items():
        index, curves[kind] = pages_touched(keys, BYTES[kind], every)
        rows.append(
            {
                "id": kind,
                "bytes": BYTES[kind],
                "characters": CHARACTERS[BYTES[kind]],
                "pairs out of order (%)": pairs_out_of_order_percent(keys),
                "index pages": len(index),
                "page splits": index.splits,
                f"pages written by the last {every:,}": curves[kind][-1],
                "round trips per 10,000 ids": round_trips.get(kind, 0),
            }
        )
    return pd.DataFrame(rows).set_index("id"), curves


def pairs_out_of_order_percent(keys: Sequence[int], pairs: int = 100_000, seed: int = 7) -> float:
    """Of random pairs of tweets, the percentage whose ids sort otherwise than they arrived (random ids: 50)."""
    import numpy as np

    earlier, later = np.sort(np.random.default_rng(seed).integers(0, len(keys), (2, pairs)), axis=0)
    wrong = sum(keys[a] > keys[b] for a, b in zip(earlier.tolist(), later.tolist(), strict=True))
    return round(100 * wrong / pairs, 2)


def neighbours_out_of_order_percent(keys: Sequence[int]) -> float:
    """The percentage of tweets whose id is smaller than that of the tweet just before."""
    return 100 * sum(b < a for a, b in pairwise(keys)) / (len(keys) - 1)


def round_trips_for(count: int, redis: Any, per_s: int = 90) -> dict[str, int]:
    """Round trips to something shared, measured: one counter for all ids; a leased worker id for `count` Snowflakes at `per_s`."""
    with Meter(redis) as counter:
        for _ in range(count):
            redis.incr("lesson:counter")
    clock = ManualClock(START_MS // 1000)
    SnowflakeGenerator.leased(redis, "lesson:warm", clock=clock).close()  # the first use of a script costs one more
    with Meter(redis) as lease, SnowflakeGenerator.leased(redis, "lesson:trips", clock=clock) as generator:
        for _ in range(count):
            generator.next_id()
            clock.advance(1 / per_s)
    return {"auto-increment": counter.round_trips, "Snowflake": lease.round_trips}
