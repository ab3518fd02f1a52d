"""Exact sets instead of sketches, one a slot, and nothing is kept of what comes too late."""

from typing import Any


class MendedTrends:
    def __init__(self, redis: Any, clock: Any) -> None:
        self.redis, self.clock = redis, clock

    def slots(self) -> range:
        slot = self.clock.now_ns() // 1_000_000_000 // (trend_mend.slot_min * 60)
        return range(slot - trend_mend.before, slot + 1)

    def process(self, tag: str, user_id: int, at_s: int) -> None:
        slot = at_s // (trend_mend.slot_min * 60)
        if slot >= self.slots()[0]:
            with self.redis.pipeline() as pipe:
                pipe.sadd(f"uses:{slot}", f"{user_id}:{tag}")
                pipe.expire(f"uses:{slot}", 2 * trend_mend.window_min * 60)
                pipe.execute()

    def trending(self, limit: int) -> list[tuple[str, int]]:
        people = {}
        for use in self.redis.sunion([f"uses:{slot}" for slot in self.slots()]):
            tag = use.partition(":")[2]
            people[tag] = people.get(tag, 0) + 1
        listed = [(-count, tag) for tag, count in people.items() if count >= trend_mend.people]
        return [(tag, -count) for count, tag in sorted(listed)[:limit]]
