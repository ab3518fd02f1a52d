"""What a timeline weighs in Redis: bytes measured on a real server, as data, since the embedded one has no MEMORY command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from reference.lab import charts
from reference.twitter.homes import member

if TYPE_CHECKING:
    import pandas as pd

MEASURED_ON = "measured on redis-server 7.0.15, 64 bit, jemalloc: MEMORY USAGE … SAMPLES 0, 19-digit ids"
MEASURED_ENTRIES = [1, 20, 50, 100, 128, 129, 200, 400, 800]
MEASURED_BYTES = {
    "sorted set": [88, 312, 696, 1_336, 1_848, 18_088, 25_024, 48_432, 96_320],
    "sorted set, listpack up to 1024": [88, 312, 696, 1_336, 1_848, 1_848, 2_616, 5_176, 10_296],
    "list": [168, 360, 648, 1_160, 1_672, 1_672, 2_184, 4_232, 8_328],
}
TIMED_50_IDS_BYTES = 1_096  # a sorted set of 50 ids whose scores are milliseconds, 8 bytes more than a 0 in a listpack
STRING_OF_20_IDS_BYTES = 248  # 20 ids of 8 bytes, packed


def memory_table() -> pd.DataFrame:
    """Bytes of one timeline by entries (rows) and data structure (columns), as measured."""
    import pandas as pd

    return pd.DataFrame(MEASURED_BYTES, index=pd.Index(MEASURED_ENTRIES, name="entries"))


def sorted_set_bytes(entries: Any) -> Any:
    """Bytes of a sorted set of so many ids, between the measured points in a straight line; takes arrays. 0 entries: no key, 0 bytes."""
    import numpy as np

    points, size_bytes = [0, *MEASURED_ENTRIES], [0, *MEASURED_BYTES["sorted set"]]
    return np.interp(np.asarray(entries, dtype=float), points, size_bytes)


def memory_figure() -> Any:
    """Bytes of one timeline over its entries, as a sorted set and as a list."""
    table = memory_table()
    step = table["sorted set"][129] / table["sorted set"][128]
    title = f"One entry more, {step:.1f}× the memory: from 129 entries a sorted set is a skip list"
    series = {name: (table.index, table[name]) for name in ("sorted set", "list")}
    roles = {"sorted set": "naive", "list": "hybrid"}
    return charts.lines(series, title=title, x="entries in one timeline", y="bytes", log_x=True, log_y=True, roles=roles)


def measure_memory(redis: Any, tweet_ids: Sequence[int]) -> dict[str, int] | str:
    """Bytes of these ids as a sorted set and as a list on `redis`; a sentence where it has no MEMORY command (fakeredis)."""
    from redis.exceptions import ResponseError

    keys = {"sorted set": "lesson-memory:set", "list": "lesson-memory:list"}
    redis.zadd(keys["sorted set"], {member(tweet_id): 0 for tweet_id in tweet_ids})
    redis.rpush(keys["list"], *map(member, tweet_ids))
    try:
        return {name: int(redis.memory_usage(key, samples=0)) for name, key in keys.items()}
    except ResponseError:
        return "This Redis has no MEMORY command (fakeredis lacks it): set REDIS_URL to a real server and run the cell again."
    finally:
        for key in keys.values():
            redis.delete(key)
