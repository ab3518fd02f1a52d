"""Who has read lately: one sorted set of last reads. A timeline that nobody reads is not worth delivering to."""

from __future__ import annotations

from typing import Any

from reference.twitter.clock import NS_PER_MS, Clock
from reference.twitter.errors import require


class Activity:
    """Last home read of each reader, in Unix ms. `window_s`: a reader is active for so long after a read (30 days, as Twitter kept)."""

    def __init__(self, redis: Any, namespace: str, clock: Clock, window_s: float = 30 * 86_400) -> None:
        require(window_s > 0, f"activity window must be > 0 s, not {window_s}")
        self.redis, self.clock, self.window_s = redis, clock, window_s
        self._key = f"{namespace}:activity:last-read"

    def touch(self, reader_id: int) -> None:
        """Note a read now."""
        self.redis.zadd(self._key, {str(reader_id): self._now_ms()})

    def set_last_reads(self, last_read_ms: dict[int, int]) -> None:
        """Note reads of the past (loading a dataset)."""
        if last_read_ms:
            self.redis.zadd(self._key, {str(reader): ms for reader, ms in last_read_ms.items()})

    def active(self, reader_ids: list[int]) -> dict[int, bool]:
        """For each reader: read within the window. One command."""
        if not reader_ids:
            return {}
        scores = self.redis.zmscore(self._key, [str(reader) for reader in reader_ids])
        return {reader: score is not None and score >= self._cutoff_ms() for reader, score in zip(reader_ids, scores, strict=True)}

    def dormant(self, limit: int = 1000) -> list[int]:
        """Up to `limit` readers who once read, but not within the window; oldest first."""
        return [int(reader) for reader in self.redis.zrangebyscore(self._key, "-inf", f"({self._cutoff_ms()}", 0, limit)]

    def forget(self, reader_ids: list[int]) -> None:
        """Drop readers whose timelines were swept."""
        if reader_ids:
            self.redis.zrem(self._key, *map(str, reader_ids))

    def _now_ms(self) -> int:
        return self.clock.now_ns() // NS_PER_MS

    def _cutoff_ms(self) -> int:
        return self._now_ms() - round(self.window_s * 1000)
