"""yesterday at this hour is not now"""


class MendedTrends:
    """Design E, section 5, workflow 4, in our words."""

    def __init__(self, redis, clock):
        self.redis, self.clock = redis, clock

    def process(self, tag, user_id, at_s):
        hour = self.clock.now_ns() // 1_000_000_000 // 3600 % 24
        key = f"trend:{tag}:{hour}"
        self.redis.pfadd(key, user_id)
        self.redis.zadd("trending:global", {tag: self.redis.pfcount(key)})

    def trending(self, limit):
        ranked = self.redis.zrevrange("trending:global", 0, limit - 1, withscores=True)
        return [(tag, int(people)) for tag, people in ranked if people >= trend_mend.people]
