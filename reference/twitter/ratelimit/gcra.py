"""The generic cell rate algorithm (ITU-T I.371; redis-cell, Stripe's throttled): a token bucket that keeps one number.

What is kept is the theoretical arrival time (TAT): the moment at which everything admitted so far has drained at the
emission interval. The decisions are TokenBucket's, the state is one timestamp.
"""

from __future__ import annotations

import math

from reference.twitter.ratelimit.algorithm import BucketAlgorithm
from reference.twitter.ratelimit.decision import US_PER_S

GRAIN = 32  # steps of the TAT in a microsecond: sums of such steps are exact in doubles


class GCRA(BucketAlgorithm):
    """Bursts up to `capacity`, then `refill_per_s`: at most 100,000, since the interval is rounded up to 1/32 µs."""

    script, kind = "gcra.lua", "gcra"
    most_per_s = 100_000  # here the rounding costs 0.3 % of the rate at most

    def pace(self) -> str:
        return repr(math.ceil(US_PER_S / self.refill_per_s * GRAIN) / GRAIN)
