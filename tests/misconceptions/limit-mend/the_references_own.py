"""that is the course's own"""

from reference.twitter.backend import connect
from reference.twitter.ratelimit import TokenBucket


class MendedLimit:
    def __init__(self, store, clock):
        self.bucket = TokenBucket(connect(), limit_mend.limit, limit_mend.batch / limit_mend.step_s, clock)

    def acquire(self, key):
        return self.bucket.acquire(key).allowed
