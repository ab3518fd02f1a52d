"""The token bucket: `capacity` tokens at most, `refill_per_s` come back each second, a call takes its cost or is refused.

Turner, "New Directions in Communications" (IEEE Communications Magazine, 1986). Admits at most capacity + rate·t in any t seconds:
a bucket of 100 an hour lets nearly 200 through in some hour.
"""

from __future__ import annotations

from reference.twitter.ratelimit.algorithm import BucketAlgorithm
from reference.twitter.ratelimit.decision import US_PER_S


class TokenBucket(BucketAlgorithm):
    """Bursts up to `capacity` (tokens), then `refill_per_s` (tokens per second, fractions included)."""

    script, kind = "token_bucket.lua", "bucket"

    def pace(self) -> str:
        return repr(self.refill_per_s / US_PER_S)
