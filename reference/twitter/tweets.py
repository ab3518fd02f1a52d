"""Posting and deleting: one transaction for the tweet and its event; everything else follows from the event."""

from __future__ import annotations

from typing import Any

from reference.twitter.accounts import Accounts
from reference.twitter.clock import datetime_from_ms
from reference.twitter.errors import Forbidden, NotFound, require_int
from reference.twitter.homes import IdTimelines
from reference.twitter.ids import TWITTER
from reference.twitter.model import MAX_TWEET_ID, Event, Tweet, normalize_text
from reference.twitter.outbox import Outbox
from reference.twitter.ratelimit import Limiter
from reference.twitter.store import Store
from reference.twitter.tweet_store import TweetStore


class Tweets:
    """The write path of tweets. `ids`: anything with next_id() -> int of the TWITTER layout. `limiter`: None for no limits."""

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        tweet_store: TweetStore,
        outbox: Outbox,
        ids: Any,
        authors: IdTimelines,
        limiter: Limiter | None = None,
    ) -> None:
        self.store, self.accounts, self.tweet_store = store, accounts, tweet_store
        self.outbox, self.ids, self.authors, self.limiter = outbox, ids, authors, limiter

    def post(self, author_id: int, text: str) -> Tweet:
        """Store a tweet; durable when this returns, in the author's own timeline at once, in followers' when a worker delivers it.

        text: 1–280 characters as users count them, stored as NFC. Raises InvalidInput, NotFound (author), RateLimited (nothing is
        stored, no id is spent; a text that is refused costs no token).
        """
        body = normalize_text(text)
        author = self.accounts.get(author_id)
        if self.limiter is not None:
            self.limiter.require(author_id, "tweet", tier="verified" if author.verified else "free")
        tweet_id = self.ids.next_id()
        tweet = Tweet(tweet_id, author_id, body, datetime_from_ms(TWITTER.decode(tweet_id).unix_ms))
        with self.store.transaction() as tx:
            self.tweet_store.insert(tx, tweet)
            self.outbox.append(tx, author_id, Event("tweeted", {"tweet_id": tweet_id, "author_id": author_id}))
        self._show_to_author(tweet)
        return tweet

    def _show_to_author(self, tweet: Tweet) -> None:
        """Read your own writes. If Redis is down the tweet is stored all the same: the worker adds it when the event arrives."""
        from redis.exceptions import RedisError

        try:
            self.authors.add([tweet.id], [tweet.author_id])
        except RedisError:
            return

    def get(self, tweet_id: int) -> Tweet:
        """One tweet; NotFound when it never was or was deleted."""
        tweet = self.tweet_store.get(require_int("tweet_id", tweet_id, 1, MAX_TWEET_ID))
        if tweet is None or tweet.deleted:
            raise NotFound(f"no tweet {tweet_id}")
        return tweet

    def delete(self, tweet_id: int, by: int) -> None:
        """Soft deletion by the author; a second one changes nothing. Raises NotFound, Forbidden."""
        tweet = self.tweet_store.get(require_int("tweet_id", tweet_id, 1, MAX_TWEET_ID))
        if tweet is None:
            raise NotFound(f"no tweet {tweet_id}")
        if tweet.author_id != by:
            raise Forbidden(f"tweet {tweet_id} belongs to user {tweet.author_id}: user {by} may not delete it")
        if tweet.deleted:
            return
        with self.store.transaction() as tx:
            if self.tweet_store.mark_deleted(tx, tweet_id):  # of several at once, one announces it
                self.outbox.append(tx, by, Event("deleted", {"tweet_id": tweet_id, "author_id": by}))
