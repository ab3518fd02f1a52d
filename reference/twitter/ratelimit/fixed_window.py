"""The fixed window: one counter, back to 0 at every multiple of `window_s` since 1970.

The cheapest, and it bursts at the edge: 2 · limit within a moment, half of them before the edge and half after.
"""

from __future__ import annotations

from reference.twitter.ratelimit.algorithm import WindowAlgorithm


class FixedWindow(WindowAlgorithm):
    """At most `limit` between two edges, which are `window_s` seconds apart."""

    script, kind = "fixed_window.lua", "window"
