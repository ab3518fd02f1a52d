"""Did its key expire too early?"""

from typing import Any


class MendedTrends:
    """Design E's trends, mended. redis: a client that answers text; clock.now_ns(): the worker's clock, ns since 1970."""

    def __init__(self, redis: Any, clock: Any) -> None:
        self.redis, self.clock = redis, clock

    def process(self, tag: str, user_id: int, at_s: int) -> None:
        """One use of `tag` by a user; the tweet was posted `at_s` seconds after 1970, perhaps some time ago."""
        slot_s = trend_mend.slot_min * 60
        slot = at_s // slot_s
        for key in (f"people:{slot}:{tag}", f"tags:{slot}"):
            if key.startswith("people"):
                self.redis.pfadd(key, user_id)
            else:
                self.redis.sadd(key, tag)
            self.redis.expire(key, slot_s)

    def trending(self, limit: int) -> list[tuple[str, int]]:
        """(tag, distinct people) of the window that ends now, best first."""
        slot = self.clock.now_ns() // 1_000_000_000 // (trend_mend.slot_min * 60)
        slots = range(slot - trend_mend.slots + 1, slot + 1)
        tags = self.redis.sunion([f"tags:{each}" for each in slots])
        people = {tag: self.redis.pfcount(*(f"people:{each}:{tag}" for each in slots)) for tag in tags}
        listed = [(tag, count) for tag, count in people.items() if count >= trend_mend.people]
        return sorted(listed, key=lambda each: (-each[1], each[0]))[:limit]
