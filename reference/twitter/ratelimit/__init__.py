"""Rate limiting: five algorithms behind one `acquire`, leased tokens for hot keys, policies as data, the headers clients know."""

from reference.twitter.ratelimit.decision import Decision
from reference.twitter.ratelimit.fixed_window import FixedWindow
from reference.twitter.ratelimit.gcra import GCRA
from reference.twitter.ratelimit.headers import headers
from reference.twitter.ratelimit.leased_token_bucket import LeasedTokenBucket
from reference.twitter.ratelimit.limiter import Limiter, Verdict
from reference.twitter.ratelimit.policies import Limit, Policies
from reference.twitter.ratelimit.sliding_window_counter import SlidingWindowCounter
from reference.twitter.ratelimit.sliding_window_log import SlidingWindowLog
from reference.twitter.ratelimit.token_bucket import TokenBucket

__all__ = [
    "GCRA",
    "Decision",
    "FixedWindow",
    "LeasedTokenBucket",
    "Limit",
    "Limiter",
    "Policies",
    "SlidingWindowCounter",
    "SlidingWindowLog",
    "TokenBucket",
    "Verdict",
    "headers",
]
