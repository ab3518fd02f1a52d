"""Push, pull and every hybrid serve the same timelines on the shipped dataset, and they are what SQL says they should be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from reference.twitter.clock import ManualClock
from reference.twitter.fanout import FanoutOnRead, FanoutOnWrite, Hybrid, RateOptimal, Tiered
from reference.twitter.platform import Platform

QUICK = [FanoutOnWrite(), FanoutOnRead(), Hybrid(100)]
SLOW = [Hybrid(1000), Tiered(1000, verified_threshold=300), RateOptimal()]
POLICIES = [*QUICK, *(pytest.param(policy, marks=pytest.mark.slow) for policy in SLOW)]
AFTER_THE_DATASET_S = 1_768_400_000  # 14 January 2026
CAP = 200  # small enough that heavy readers reach the end of their pages


@pytest.fixture(scope="module", params=POLICIES, ids=str)
def app(request: pytest.FixtureRequest) -> Iterator[Platform]:
    clock = ManualClock(AFTER_THE_DATASET_S)
    with Platform.from_dataset("small", redis_url="fakeredis://", clock=clock, fanout=request.param, timeline_cap=CAP) as app:
        yield app


def readers(app: Platform) -> list[int]:
    """The readers with the most and the fewest followees, and some between."""
    users = app.store.tables.users.c
    with app.store.reading() as conn:
        everyone = list(conn.execute(select(users.id).order_by(users.followee_count.desc(), users.id)).scalars())
    return [*everyone[:3], *everyone[3 :: len(everyone) // 6], everyone[-1]]


def truth(app: Platform, reader: int) -> list[int]:
    """The newest CAP ids of the reader and the followees, without the deleted ones, straight from the store of record."""
    tweets, follows = app.store.tables.tweets.c, app.store.tables.follows.c
    followees = select(follows.followee_id).where(follows.follower_id == reader, follows.active)
    theirs = (tweets.author_id == reader) | tweets.author_id.in_(followees)
    newest = select(tweets.id, tweets.deleted).where(theirs).order_by(tweets.id.desc()).limit(CAP)
    with app.store.reading() as conn:
        return [tweet_id for tweet_id, deleted in conn.execute(newest) if not deleted]


def all_pages(app: Platform, reader: int, limit: int = 37) -> list[int]:
    ids: list[int] = []
    cursor = None
    while True:
        page = app.timelines.home(reader, limit, cursor)
        ids += [tweet.id for tweet in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return ids


def test_every_policy_serves_what_the_store_of_record_says(app: Platform) -> None:
    for reader in readers(app):
        assert all_pages(app, reader) == truth(app, reader)


def test_it_still_does_after_posts_follows_unfollows_and_deletions(app: Platform) -> None:
    some = readers(app)
    star = max(range(1, 200), key=lambda user: app.graph.counts(user)[0])
    for reader in some:
        all_pages(app, reader)
    posted = [app.tweets.post(author, f"news {i}") for i, author in enumerate([star, *some, star])]
    app.graph.follow(some[-1], star)
    app.graph.unfollow(some[0], app.graph.followee_ids(some[0])[0])
    app.tweets.delete(posted[0].id, by=star)
    app.drain()
    for reader in some:
        assert all_pages(app, reader) == truth(app, reader)
