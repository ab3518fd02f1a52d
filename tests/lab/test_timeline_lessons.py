"""What the notebook on home timelines counts is so: pages, an author's rise and fall, stale follows, trims."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from reference.lab import timeline_lessons as lessons
from reference.twitter.clock import ManualClock
from reference.twitter.fanout import FanoutOnRead, FanoutOnWrite, Hybrid
from reference.twitter.platform import Platform

NOON = 1_768_219_200


@pytest.fixture
def app() -> Iterator[Platform]:
    with Platform.open("fakeredis://", clock=ManualClock(NOON), fanout=Hybrid(3), partitions=1) as platform:
        yield platform


def by_number(ids: list[int], page: int) -> list[int]:
    return ids[page * lessons.PAGE :][: lessons.PAGE]


def test_page_numbers_repeat_what_arrives_and_lose_what_is_removed() -> None:
    quiet = lessons.scroll_by_number(by_number)
    assert (quiet.seen, quiet.repeated, quiet.lost) == (list(range(100, 0, -1)), 0, 0)
    busy, shrinking = lessons.scroll_by_number(by_number, arrivals=3), lessons.scroll_by_number(by_number, removals=3)
    assert (busy.repeated, busy.lost) == (15, 0)
    assert (shrinking.repeated, shrinking.lost) == (0, 12)


def test_a_cursor_neither_repeats_nor_loses_while_tweets_arrive_and_go(app: Platform) -> None:
    reader, author, star = lessons.settle(app, pushed=50, celebrity=10)
    assert app.registry.recorded([author, star]) == {author: "push", star: "pull"}
    scroll = lessons.scroll_by_cursor(app, reader, arrivals=3, removals=3)
    assert (scroll.repeated, scroll.lost, len(scroll.seen)) == (0, 0, 60)


def test_reading_on_ends_when_a_page_shows_nothing_new() -> None:
    assert lessons.read_on(lambda last: [3, 2] if last is None else []) == [3, 2]
    assert lessons.read_on(lambda last: [3, 2]) == [3, 2]
    endless = itertools.count()
    assert len(lessons.read_on(lambda last: [next(endless)], most=7)) == 7


def test_the_recorded_class_shows_every_tweet_once_through_rise_and_fall(app: Platform) -> None:
    climber = lessons.AuthorOnPlatform(app, crowd=5)
    table = lessons.rise_and_fall(climber, tweets=3)
    assert table["entries"].tolist() == table["distinct"].tolist() == table["posted"].tolist() == list(range(1, 10))
    assert climber.recorded_class() == "push"


def test_all_policies_serve_the_same_pages_whatever_is_deleted() -> None:
    policies = [FanoutOnWrite(), FanoutOnRead(), Hybrid(3)]
    pages = lessons.same_pages(policies, clock=lambda: ManualClock(NOON))
    kept = [f"tweet {number}" for number in range(23, -1, -1) if number % 3]
    assert pages == dict.fromkeys(("FanoutOnWrite", "FanoutOnRead", "Hybrid"), kept)


def test_the_staircase_has_one_step_for_each_double() -> None:
    figure: Any = lessons.staircase_figure([2**60 + number for number in range(600)])
    heights = {series.name: set(series.y) for series in figure.data}
    assert heights["its score"] == {0, 256, 512} and len(heights["the id"]) == 600


def test_versions_that_are_checked_before_acting_lose_to_a_worker_that_was_suspended() -> None:
    in_order, raced = lessons.FollowsOfE(), lessons.FollowsOfE()
    for kind, version in (("followed", 1), ("unfollowed", 2), ("followed", 1)):
        list(in_order.handle(kind, version))
    assert in_order.timeline == set()
    follow, unfollow = raced.handle("followed", 1), raced.handle("unfollowed", 2)
    next(follow)
    list(unfollow)
    list(follow)
    assert len(raced.timeline) == 5


def test_a_version_that_was_forgotten_lets_a_late_event_win() -> None:
    edge = lessons.FollowsOfE()
    list(edge.handle("unfollowed", 2))
    edge.forget()
    list(edge.handle("followed", 1))
    assert len(edge.timeline) == 5


@pytest.mark.parametrize(("slack", "expected"), [(0, 150), (10, 13), (50, 2)])
def test_a_timeline_is_trimmed_once_in_slack_and_one_deliveries(redis: Any, slack: int, expected: int) -> None:
    assert lessons.trims(redis, slack) == expected
