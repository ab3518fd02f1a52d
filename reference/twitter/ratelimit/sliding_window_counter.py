"""The sliding counter: two fixed windows, the previous one weighted by the share that the sliding window still covers.

Approximate: it takes the calls of the previous window for evenly spread, so that some window of that length sees nearly 2 · limit
after a burst just before an edge; but never more than limit + rate·t in t seconds, as a token bucket.
Cloudflare, "How we built rate limiting capable of scaling to millions of domains" (2017).
"""

from __future__ import annotations

from reference.twitter.ratelimit.algorithm import WindowAlgorithm


class SlidingWindowCounter(WindowAlgorithm):
    """About `limit` in any `window_s` seconds, for two counters a key."""

    script, kind = "sliding_window_counter.lua", "counter"
