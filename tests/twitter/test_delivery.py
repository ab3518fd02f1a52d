"""Laws of the fanout worker: who gets a tweet, what a change of class promises, and events that come late, twice or half."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from reference.twitter.backend import connect
from reference.twitter.errors import NotFound
from reference.twitter.fanout import FanoutOnRead, FanoutOnWrite, FanoutPolicy, Hybrid, RateOptimal, Tiered
from reference.twitter.model import Event
from tests.twitter.plain_twitter import PlainTwitter

READER, AUTHOR, OTHER, FAN, FAN2 = 1, 2, 3, 4, 5
MONTH_S = 31 * 86_400
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def fake():
    client = connect("fakeredis://")
    yield client
    client.close()


@pytest.fixture
def twitter(fake):
    def make(policy: FanoutPolicy, cap: int = 4, slack: int = 0) -> PlainTwitter:
        return PlainTwitter(fake, f"delivery{next(numbers)}", policy, users=5, cap=cap, slack=slack)

    return make


def follow(app: PlainTwitter, *edges: tuple[int, int]) -> None:
    """Follow, deliver, and read once: the readers' timelines take deliveries from now on."""
    for follower, followee in edges:
        app.change(follower, followee, True)
    app.drain()
    for follower, _ in edges:
        app.pages(follower, app.homes.cap)


def post(app: PlainTwitter, author: int, count: int = 1) -> list[int]:
    ids = [app.post(author) for _ in range(count)]
    app.drain()
    return ids


def serves_the_model(app: PlainTwitter, reader: int = READER) -> None:
    assert app.pages(reader, app.homes.cap) == app.model(reader)


def test_a_tweet_is_delivered_once_to_each_live_follower(twitter) -> None:
    app = twitter(FanoutOnWrite())
    follow(app, (READER, AUTHOR), (FAN, AUTHOR))
    app.change(FAN2, AUTHOR, True)  # has never read: dormant
    post(app, AUTHOR)
    counts = app.delivery.counts
    assert (counts.tweets, counts.followers, counts.deliveries, counts.largest) == (1, 3, 2, 3)


@pytest.mark.parametrize("policy", [FanoutOnRead(), Hybrid(1)], ids=str)
def test_nobody_lists_the_followers_of_an_author_who_is_pulled(twitter, policy: FanoutPolicy, monkeypatch: pytest.MonkeyPatch) -> None:
    app = twitter(policy)
    follow(app, (READER, AUTHOR))
    monkeypatch.setattr(app.delivery.graph, "follower_batches", None)
    post(app, AUTHOR, 2)
    serves_the_model(app)
    assert app.delivery.counts.tweets == 2 and app.delivery.counts.largest == 0


def test_an_event_that_an_edge_has_outgrown_changes_nothing(twitter) -> None:
    app = twitter(FanoutOnWrite())
    follow(app, (READER, AUTHOR))
    post(app, AUTHOR)
    app.change(READER, AUTHOR, False)
    stale = app.queues[AUTHOR][-1]
    app.change(READER, AUTHOR, True)
    app.drain()
    app.delivery.handle(stale)
    assert app.homes.size(READER) == 1
    serves_the_model(app)


def test_events_of_other_kinds_are_none_of_its_business(twitter) -> None:
    app = twitter(FanoutOnWrite())
    app.delivery.handle(Event("liked", {"tweet_id": 1}))
    assert app.delivery.counts.tweets == 0


def test_a_tweet_by_nobody_is_an_error_that_names_him(twitter) -> None:
    with pytest.raises(NotFound, match="author 77"):
        twitter(FanoutOnWrite()).delivery.handle(Event("tweeted", {"tweet_id": 1, "author_id": 77}))


def test_a_class_is_recorded_only_when_its_promise_is_kept(twitter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis fails while an author's tweets are being filled into his followers' timelines: he is still pulled, until all is done."""
    app = twitter(Hybrid(2))
    follow(app, (READER, AUTHOR), (FAN, AUTHOR))
    post(app, AUTHOR, 2)
    app.change(FAN, AUTHOR, False)
    app.drain()
    app.post(AUTHOR)
    whole = app.homes.add

    def fail(*args: Any) -> int:
        raise RedisConnectionError("gone")

    monkeypatch.setattr(app.homes, "add", fail)
    with pytest.raises(RedisConnectionError):
        app.step(AUTHOR)
    assert app.registry.recorded([AUTHOR]) == {AUTHOR: "pull"}
    serves_the_model(app)
    monkeypatch.setattr(app.homes, "add", whole)
    app.delivery.handle(app.handled[-1])
    assert app.registry.recorded([AUTHOR]) == {AUTHOR: "push"}
    serves_the_model(app)


def test_an_unfollowed_celebrity_leaves_no_old_tweets_that_take_others_places(twitter) -> None:
    """What was pushed before the author became a celebrity is older than his newest `cap` tweets, and would stay for ever."""
    app = twitter(Hybrid(2))
    follow(app, (READER, AUTHOR), (READER, OTHER))
    post(app, OTHER)
    post(app, AUTHOR, 2)
    follow(app, (FAN, AUTHOR))
    post(app, AUTHOR, app.homes.cap)
    app.change(READER, AUTHOR, False)
    app.drain()
    post(app, OTHER, 2)
    assert len(app.model(READER)) == 3
    serves_the_model(app)


def test_a_verified_tweet_drops_the_timelines_of_inactive_readers(twitter) -> None:
    app = twitter(Tiered(celebrity_threshold=5, verified_threshold=2))
    follow(app, (READER, AUTHOR), (FAN, AUTHOR))
    app.clock.advance(MONTH_S)
    app.pages(READER, 1)
    post(app, AUTHOR)
    assert app.homes.live([READER, FAN]) == [True, False]
    for reader in (READER, FAN):
        serves_the_model(app, reader)


def test_a_reader_who_returns_while_a_celebrity_becomes_a_normal_author_finds_no_hole(twitter, monkeypatch: pytest.MonkeyPatch) -> None:
    app = twitter(Tiered(celebrity_threshold=3, verified_threshold=2))
    follow(app, (READER, AUTHOR), (READER, OTHER), (FAN, AUTHOR), (FAN2, AUTHOR))
    post(app, AUTHOR)  # pulled
    app.clock.advance(MONTH_S)
    app.change(FAN2, AUTHOR, False)
    app.drain()
    app.post(AUTHOR)
    record = app.registry.record

    def record_and_return(author: int, author_class: str) -> None:
        record(author, author_class)
        app.pages(READER, app.homes.cap)

    monkeypatch.setattr(app.registry, "record", record_and_return)
    app.drain()
    assert app.registry.recorded([AUTHOR]) == {AUTHOR: "verified"}
    serves_the_model(app)


def test_a_readers_new_rate_makes_no_tweet_vanish(twitter) -> None:
    """Pulled so far, pushed from now on: what was posted meanwhile is not in a timeline that has been live all the time."""
    app = twitter(RateOptimal())
    app.delivery.set_rates({AUTHOR: 4.0, OTHER: 1.0}, {READER: 2.0})
    follow(app, (READER, AUTHOR), (READER, OTHER))
    post(app, AUTHOR, 2)  # pulled, while OTHER is pushed
    app.delivery.set_rates({}, {READER: 8.0})
    serves_the_model(app)
    post(app, AUTHOR)
    serves_the_model(app)


def test_nobody_lists_the_followers_of_an_author_whom_all_pull(twitter) -> None:
    for policy in (FanoutOnRead(), Hybrid(2), Tiered(celebrity_threshold=2)):
        app = twitter(policy)
        follow(app, (READER, AUTHOR), (FAN, AUTHOR))
        app.delivery.counts.followers = 0
        post(app, AUTHOR)
        assert app.delivery.counts.followers == 0
        serves_the_model(app)
