"""Expire by a span (`EXPIRE`), not at a moment"""

from typing import Any


class MendedTrends:
    def __init__(self, redis: Any, clock: Any) -> None:
        self.redis, self.clock = redis, clock

    def process(self, tag: str, user_id: int, at_s: int) -> None:
        slot_s = trend_mend.slot_min * 60
        slot = at_s // slot_s
        self.redis.sadd(f"tags:{slot}", tag)
        self.redis.pfadd(f"people:{slot}:{tag}", user_id)
        for key in (f"tags:{slot}", f"people:{slot}:{tag}"):
            self.redis.expireat(key, (slot + trend_mend.slots) * slot_s)

    def trending(self, limit: int) -> list[tuple[str, int]]:
        slot = self.clock.now_ns() // 1_000_000_000 // (trend_mend.slot_min * 60)
        slots = range(slot - trend_mend.before, slot + 1)
        tags = self.redis.sunion([f"tags:{each}" for each in slots])
        counted = [(tag, self.redis.pfcount(*(f"people:{each}:{tag}" for each in slots))) for tag in tags]
        listed = [(tag, people) for tag, people in counted if people >= trend_mend.people]
        return sorted(listed, key=lambda each: (-each[1], each[0]))[:limit]
