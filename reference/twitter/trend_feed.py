"""From the event log to the trends: the `trends` group reads what was tweeted and records its hashtags in the minute of the tweet.

The log delivers at least once; the tracker takes each position of a partition once, so counts stay exact when a worker dies.
"""

from __future__ import annotations

from reference.twitter.clock import ms_from_datetime
from reference.twitter.hashtags import extract
from reference.twitter.model import Event
from reference.twitter.trends import TrendTracker
from reference.twitter.tweet_store import TweetStore


class TrendFeed:
    """Handler of the `trends` group. A tweet that was deleted before its event came is not counted; one deleted later stays counted."""

    def __init__(self, tweets: TweetStore, tracker: TrendTracker) -> None:
        self.tweets, self.tracker = tweets, tracker

    def handle(self, event: Event) -> None:
        """Record the hashtags of a new tweet, each once; one query, and one script call if there are any."""
        if event.kind != "tweeted":
            return
        tweet = self.tweets.get(int(event.payload["tweet_id"]))
        if tweet is None or tweet.deleted:
            return
        tags = extract(tweet.text).hashtags
        if tags:
            at_ms = [ms_from_datetime(tweet.created_at)] * len(tags)
            self.tracker.record_many(tags, [tweet.author_id] * len(tags), at_ms, source=(f"partition {event.partition}", event.position))
