"""The sliding log: the time of every admitted call is kept, and those of the last `window_s` seconds count.

Exact: never more than `limit` in any window of that length. The price is memory: one entry for each admitted unit.
"""

from __future__ import annotations

from reference.twitter.ratelimit.algorithm import WindowAlgorithm


class SlidingWindowLog(WindowAlgorithm):
    """At most `limit` in any `window_s` seconds, wherever they begin."""

    script, kind = "sliding_window_log.lua", "log"
