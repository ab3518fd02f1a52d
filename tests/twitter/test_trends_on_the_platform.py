"""Trends fed by the event log: from a tweet to the list, once each, whoever dies on the way."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from typing import Any

import pytest

from reference.lab.meter import Meter
from reference.twitter.backend import connect, delete_namespace
from reference.twitter.clock import ManualClock
from reference.twitter.errors import InvalidInput
from reference.twitter.platform import Platform
from reference.twitter.trend_policy import TrendPolicy
from reference.twitter.workers import Worker


def crowd(app: Platform, text: str, size: int = 6) -> None:
    for _ in range(size):
        app.tweets.post(app.accounts.register(f"u{secrets.token_hex(4)}").id, text)


@pytest.fixture
def app(redis: Any):
    with Platform.open(redis=redis, clock=ManualClock(1_768_219_200), partitions=2) as platform:
        yield platform


def test_what_is_tweeted_trends_after_a_drain(app: Platform) -> None:
    crowd(app, "Shaking! #Earthquake #earthquake #उत्तरप्रदेश $TWTR @nobody no#tag")
    assert app.trends.top() == []
    assert app.drain() == 6
    assert {(trend.tag, trend.count, trend.unique_users) for trend in app.trends.top()} == {("Earthquake", 6, 6), ("उत्तरप्रदेश", 6, 6)}
    assert app.drain() == 0


def test_a_tweet_counts_in_the_minute_in_which_it_was_posted(app: Platform) -> None:
    crowd(app, "#late")
    app.clock.advance(50 * 60)
    app.drain()
    assert len(app.trends.top()) == 1
    app.clock.advance(11 * 60)
    assert app.trends.top() == []
    assert len(app.trends.top(window_s=21_600)) == 1


def test_an_event_that_comes_twice_counts_once(app: Platform) -> None:
    crowd(app, "#once", 4)
    events = []
    app._consumers["trends"].handler, handle = (lambda event: (events.append(event), handle(event))), app._consumers["trends"].handler
    app.drain()
    for event in events:
        handle(event)
    assert [(trend.tag, trend.count) for trend in app.trends.top()] == [("once", 4)]


def test_a_tweet_that_was_deleted_before_it_was_counted_is_not_counted(app: Platform) -> None:
    crowd(app, "#kept", 4)
    author = app.accounts.register("author").id
    app.tweets.delete(app.tweets.post(author, "#kept #gone").id, by=author)
    app.drain()
    assert [(trend.tag, trend.count) for trend in app.trends.top()] == [("kept", 4)]


def test_a_platform_works_only_for_the_groups_it_is_told_to(redis: Any) -> None:
    with Platform.open(redis=redis, groups=["fanout"], partitions=2) as app:
        crowd(app, "#quiet", 4)
        assert app.drain() == 4
        assert app.trends.top() == []
    with pytest.raises(InvalidInput, match="fanout, trends"):
        Platform.open(redis=redis, groups=["searches"])
    with pytest.raises(InvalidInput, match="fanout, trends"):
        Platform.open(redis=redis, groups=[])


def test_closing_takes_the_trends_away_as_well(redis: Any) -> None:
    before = set(redis.scan_iter())
    with Platform.open(redis=redis, partitions=2) as app:
        crowd(app, "#gone", 4)
        app.drain()
        app.trends.top()
    assert set(redis.scan_iter()) == before


def test_nothing_of_trends_is_in_the_way_of_who_only_posts_and_reads() -> None:
    with Platform.open("fakeredis://", clock=ManualClock()) as app:
        author = app.accounts.register("author").id
        app.tweets.post(author, "#hello")
        app.drain()
        with Meter(app.redis) as meter:
            app.timelines.home(author)
        assert not [name for name in meter.by_command if name.startswith(("PF", "ZUNION"))]


def test_a_trends_worker_refreshes_on_an_interval(redis: Any) -> None:
    clock = ManualClock(1_768_219_200)
    with Platform.open(redis=redis, clock=clock, partitions=2, groups=["trends"]) as app:
        worker, served = Worker(app), f"{app.namespace}:{{trends}}:served"
        crowd(app, "#first", 4)
        worker.run_once()
        assert redis.hlen(served) == len(app.trends.policy.windows_s)
        first = redis.hget(served, "*:3600")
        crowd(app, "#second", 5)
        worker.run_once()
        assert redis.hget(served, "*:3600") == first
        clock.advance(app.trends.policy.refresh_s)
        worker.run_once()
        assert "second" in redis.hget(served, "*:3600")


def test_the_policy_of_a_platforms_trends_can_be_set(app: Platform) -> None:
    app.trends.policy = TrendPolicy(min_unique_users=7)
    crowd(app, "#six")
    app.drain()
    assert app.trends.top() == []


@pytest.mark.slow
def test_a_killed_worker_neither_loses_nor_repeats_a_tag(redis_url: str, postgres_url: str) -> None:
    namespace, tweets = f"trends-{secrets.token_hex(4)}", 400
    command = [sys.executable, "-m", "reference.twitter.workers", "trends", "--namespace", namespace, "--lease-ms", "500"]
    command += ["--redis-url", redis_url, "--database", postgres_url]
    with Platform.open(redis_url, postgres_url, namespace, partitions=2, groups=["trends"], lease_ttl_ms=500) as app:
        authors = [app.accounts.register(f"u{number}").id for number in range(100)]
        for number in range(tweets):
            app.tweets.post(authors[number % 100], f"#tag{number % 3}")
        victim = subprocess.Popen(command, stdout=subprocess.PIPE)
        try:
            assert victim.stdout is not None and b"ready" in victim.stdout.readline()
            deadline = time.monotonic() + 20
            while not connect(redis_url).exists(f"{namespace}:{{trends0}}:positions") and time.monotonic() < deadline:
                time.sleep(0.01)
        finally:
            victim.kill()
            victim.wait(10)
        app.drain(timeout_s=30)
        counts = {trend.tag: trend.count for trend in app.trends.top()}
        assert counts == {"tag0": 134, "tag1": 133, "tag2": 133}
        app.store.destroy()
    delete_namespace(connect(redis_url), namespace)
