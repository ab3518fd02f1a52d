"""Tweets at rest: inserted once, marked as deleted, never changed. Text is stored as given; the service normalises it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reference.twitter.clock import datetime_from_ms, ms_from_datetime
from reference.twitter.errors import require_int
from reference.twitter.model import Tweet
from reference.twitter.schema import require_id, storable
from reference.twitter.store import Store


class TweetStore:
    """Reads and writes tweets. Writes happen in the caller's transaction, so that tweet and outbox row are one fact."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._statements()

    def _statements(self) -> None:
        from sqlalchemy import bindparam, func, insert, select, update

        tweets = self.store.tables.tweets
        self._insert = insert(tweets)
        alive = (tweets.c.id == bindparam("key")) & tweets.c.deleted.is_(False)
        self._delete = update(tweets).where(alive).values(deleted=True).returning(tweets.c.id)
        self._by_id = select(tweets).where(tweets.c.id == bindparam("id"))
        self._by_ids = select(tweets).where(self.store.any_of(tweets.c.id, "ids"))
        self._count = select(func.count()).select_from(tweets)
        self._recent = _recent_statement(self.store)
        by_these = self.store.any_of(tweets.c.author_id, "authors")
        self._newest = select(tweets.c.id).where(by_these).order_by(tweets.c.id.desc()).limit(bindparam("limit"))

    def insert(self, tx: Any, tweet: Tweet) -> None:
        """Store `tweet` in transaction `tx`. A repeated id raises (IntegrityError): ids are never given twice."""
        row = {"id": tweet.id, "author_id": tweet.author_id, "text": tweet.text, "deleted": tweet.deleted}
        tx.execute(self._insert, row | {"created_ms": ms_from_datetime(tweet.created_at)})

    def mark_deleted(self, tx: Any, tweet_id: int) -> bool:
        """Mark it; True if it was there and alive until now (of several callers, one gets True)."""
        return tx.execute(self._delete, {"key": require_id("tweet_id", tweet_id)}).scalar() is not None

    def get(self, tweet_id: int) -> Tweet | None:
        """The tweet, deleted or not; None if there is none. O(log tweets)."""
        with self.store.reading() as conn:
            row = conn.execute(self._by_id, {"id": require_id("tweet_id", tweet_id)}).first()
        return None if row is None else _tweet(row)

    def get_many(self, tweet_ids: Iterable[int]) -> dict[int, Tweet]:
        """Those of `tweet_ids` that exist, by id, deleted ones with .deleted set; one query."""
        wanted = storable(tweet_ids)
        if not wanted:
            return {}
        with self.store.reading() as conn:
            return {row[0]: _tweet(row) for row in conn.execute(self._by_ids, {"ids": wanted})}

    def recent_ids(self, author_ids: Iterable[int], limit: int) -> dict[int, list[int]]:
        """For each author who has tweets, his newest `limit` (1 … 10,000) ids, newest first, deleted ones included.

        One query for all authors. PostgreSQL: one index range per author; DuckDB: one scan of two columns.
        """
        require_int("limit", limit, 1, 10_000)
        wanted = storable(author_ids)
        if not wanted:
            return {}
        with self.store.reading() as conn:
            return {row[0]: list(row[1]) for row in conn.execute(self._recent, {"authors": wanted, "limit": limit})}

    def newest_ids(self, author_ids: Iterable[int], limit: int) -> list[int]:
        """The newest `limit` (1 … 10,000) ids of all these authors together, newest first, deleted ones included; one query."""
        require_int("limit", limit, 1, 10_000)
        wanted = storable(author_ids)
        if not wanted:
            return []
        with self.store.reading() as conn:
            return list(conn.execute(self._newest, {"authors": wanted, "limit": limit}).scalars())

    def count(self) -> int:
        """Number of tweets ever stored, deleted ones included."""
        with self.store.reading() as conn:
            return int(conn.execute(self._count).scalar_one())


def _recent_statement(store: Store) -> Any:
    """Rows (author_id, [ids newest first])."""
    from sqlalchemy import ARRAY, BigInteger, bindparam, func, select, true
    from sqlalchemy.dialects.postgresql import aggregate_order_by, array_agg

    tweets, limit = store.tables.tweets, bindparam("limit", type_=BigInteger)
    if store.engine_name == "duckdb":  # max(x, n): the n largest, as a list in falling order
        largest = func.max(tweets.c.id, limit)
        return select(tweets.c.author_id, largest).where(store.any_of(tweets.c.author_id, "authors")).group_by(tweets.c.author_id)
    authors = select(func.unnest(bindparam("authors", type_=ARRAY(BigInteger))).label("author_id")).subquery("authors")
    theirs = select(tweets.c.id).where(tweets.c.author_id == authors.c.author_id)
    newest = theirs.order_by(tweets.c.id.desc()).limit(limit).lateral("newest")
    ids = array_agg(aggregate_order_by(newest.c.id, newest.c.id.desc()))
    return select(authors.c.author_id, ids).select_from(authors.join(newest, true())).group_by(authors.c.author_id)


def _tweet(row: Any) -> Tweet:
    tweet_id, author_id, text, created_ms, deleted = row
    return Tweet(tweet_id, author_id, text, datetime_from_ms(created_ms), deleted)
