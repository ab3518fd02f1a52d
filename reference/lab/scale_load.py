"""Who reads and who tweets, and what serves them: the assumptions of the scale model, each a frozen dataclass that validates itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reference.lab.timeline_bytes import sorted_set_bytes
from reference.twitter.errors import require, require_int

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class Activity:
    """Rates of readers and authors; the defaults are design A's day, as in `LargeGraph`.

    dormant_share: of accounts that hardly read (reads_per_dormant a day instead of reads_per_active); rate_correlation: tweets a day grow
    with followers ** rate_correlation (0: who is followed more does not tweet more); tweets_per_user: mean over all accounts.
    *_spread: sigma of the log rates of a generated graph (rates of your own come with their spread).
    """

    dormant_share: float = 0.75
    rate_correlation: float = 0.0
    tweets_per_user: float = 0.625
    reads_per_active: float = 10.0
    reads_per_dormant: float = 0.02
    tweet_spread: float = 0.9
    read_spread: float = 0.7

    def __post_init__(self) -> None:
        require(0 <= self.dormant_share <= 1, f"dormant_share must be 0 … 1, not {self.dormant_share}")
        require(-1 <= self.rate_correlation <= 1, f"rate_correlation must be -1 … 1, not {self.rate_correlation}")
        for name in ("tweets_per_user", "reads_per_active", "reads_per_dormant"):
            value = getattr(self, name)
            require(math.isfinite(value) and value > 0, f"{name} must be > 0 a day, not {value}")
        for name in ("tweet_spread", "read_spread"):
            require(0 <= getattr(self, name) <= 3, f"{name} must be 0 … 3, not {getattr(self, name)}")


@dataclass(frozen=True)
class Fleet:
    """What serves the load: enough to turn writes and lookups into bytes, memory, workers and seconds.

    deliveries_per_s: of one worker; a tweet is delivered by `workers_per_tweet` of them (1: an author's events belong to one partition).
    utilisation: how busy workers may be on average. delivery_bytes, lookup_bytes: what one delivery and one looked-up author move.
    timeline_entries, author_entries: ids kept of a home timeline, and of an author who is pulled; sorted sets, as measured.
    """

    deliveries_per_s: float = 100_000.0
    workers_per_tweet: int = 1
    utilisation: float = 0.7
    delivery_bytes: float = 60.0
    lookup_bytes: float = 450.0  # a request and twenty ids of nineteen digits
    timeline_entries: int = 800
    author_entries: int = 100

    def __post_init__(self) -> None:
        require_int("workers_per_tweet", self.workers_per_tweet, 1)
        require_int("timeline_entries", self.timeline_entries, 1, 800)
        require_int("author_entries", self.author_entries, 1, 800)
        require(0 < self.utilisation <= 1, f"utilisation must be 0 < u <= 1, not {self.utilisation}")
        for name in ("deliveries_per_s", "delivery_bytes", "lookup_bytes"):
            value = getattr(self, name)
            require(math.isfinite(value) and value > 0, f"{name} must be > 0, not {value}")

    def workers(self, writes_per_s: float) -> int:
        """Workers for the mean load at the wanted utilisation."""
        return math.ceil(writes_per_s / (self.deliveries_per_s * self.utilisation) - 1e-9)

    def bytes_per_s(self, writes_per_s: float, lookups_per_s: float) -> float:
        """What deliveries and lookups move over the network."""
        return writes_per_s * self.delivery_bytes + lookups_per_s * self.lookup_bytes

    def memory_bytes(self, timelines: float, pulled_authors: float) -> float:
        """Home timelines that hold something pushed, and lists of authors who are pulled."""
        return timelines * float(sorted_set_bytes(self.timeline_entries)) + pulled_authors * float(sorted_set_bytes(self.author_entries))

    def time_to_visible_s(self, largest_fanout: float) -> float:
        """Until the last follower of the largest pushed author has the tweet, on idle workers: `latency` and `queueing` add the wait."""
        return largest_fanout / (self.deliveries_per_s * self.workers_per_tweet)
