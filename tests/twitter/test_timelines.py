"""Laws of the read path: pages, cursors, dormant readers. What every policy must serve stands in the contract and in the properties."""

from __future__ import annotations

import itertools

import pytest

from reference.twitter.backend import connect
from reference.twitter.errors import InvalidInput, NotFound, Unavailable
from reference.twitter.fanout import FanoutOnRead, FanoutOnWrite, Hybrid
from reference.twitter.timelines import DEFAULT_LIMIT
from tests.twitter.plain_twitter import FIRST_ID, PlainTwitter

READER, AUTHOR, OTHER = 1, 2, 3
CAP = 6
MONTH_S = 31 * 86_400
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def fake():
    client = connect("fakeredis://")
    yield client
    client.close()


@pytest.fixture(params=[FanoutOnWrite(), FanoutOnRead(), Hybrid(2)], ids=str)
def app(request: pytest.FixtureRequest, fake) -> PlainTwitter:
    """READER follows AUTHOR and OTHER and has read."""
    app = PlainTwitter(fake, f"timelines{next(numbers)}", request.param, users=3, cap=CAP, slack=2)
    for followee in (AUTHOR, OTHER):
        app.change(READER, followee, True)
    app.drain()
    app.pages(READER, 1)
    return app


def post(app: PlainTwitter, count: int) -> list[int]:
    ids = [app.post(author) for author, _ in zip(itertools.cycle((AUTHOR, OTHER)), range(count), strict=False)]
    app.drain()
    return ids[::-1]


@pytest.mark.parametrize("limit", [0, -1, max(CAP, DEFAULT_LIMIT) + 1, 1.0, "3", None, True])
def test_a_limit_out_of_range_is_refused_with_the_range(app: PlainTwitter, limit) -> None:
    with pytest.raises(InvalidInput, match="limit must be"):
        app.timelines.home(READER, limit)


@pytest.mark.parametrize("cursor", ["", "0", "-1", "1.0", "abc", "٣", "9223372036854775808", "1" * 5000, 7])
def test_a_cursor_that_no_page_returned_is_refused(app: PlainTwitter, cursor) -> None:
    with pytest.raises(InvalidInput, match="cursor must be"):
        app.timelines.home(READER, 5, cursor)
    with pytest.raises(InvalidInput, match="cursor must be"):
        app.timelines.user(AUTHOR, 5, cursor)


def test_an_unknown_reader_is_an_error_and_leaves_no_trace(app: PlainTwitter) -> None:
    before = set(app.homes.redis.scan_iter())
    with pytest.raises(NotFound, match="no user 99"):
        app.timelines.home(99, 1)
    with pytest.raises(NotFound, match="no user 99"):
        app.timelines.user(99, 1)
    app.clock.advance(2 * MONTH_S)
    assert 99 not in app.activity.dormant()
    assert set(app.homes.redis.scan_iter()) == before


@pytest.mark.parametrize("count", [0, 1, CAP - 1, CAP, CAP + 1, 2 * CAP])
@pytest.mark.parametrize("limit", [1, 2, CAP])
def test_the_last_page_has_no_cursor_and_holds_something(app: PlainTwitter, count: int, limit: int) -> None:
    ids = post(app, count)[:CAP]
    cursor, sizes = None, []
    for _ in range(CAP + 2):
        page = app.timelines.home(READER, limit, cursor)
        sizes.append(len(page.items))
        cursor = page.next_cursor
        if cursor is None:
            break
    assert cursor is None and sum(sizes) == len(ids)
    assert sizes[-1] > 0 or not ids, f"an empty last page: {sizes}"


def test_a_cursor_may_name_a_tweet_that_never_was(app: PlainTwitter) -> None:
    ids = post(app, 4)
    page = app.timelines.home(READER, 5, str(FIRST_ID + 10**6))
    assert [tweet.id for tweet in page.items] == ids
    assert app.timelines.home(READER, 5, "1").items == []


def test_a_user_timeline_is_the_authors_newest_and_rebuilt_when_lost(app: PlainTwitter) -> None:
    ids = [tweet_id for tweet_id in post(app, 8) if app.store.tweets[tweet_id].author_id == AUTHOR]
    app.store.deleted.add(ids[1])
    for _ in range(2):
        assert [tweet.id for tweet in app.timelines.user(AUTHOR, CAP).items] == [ids[0], *ids[2:]]
        app.authors.drop_all()


def test_whoever_has_not_read_for_a_month_is_swept_and_reads_the_same_afterwards(app: PlainTwitter) -> None:
    ids = post(app, 3)
    assert app.timelines.sweep() == 0
    app.clock.advance(MONTH_S)
    assert app.timelines.sweep() == 1
    assert app.homes.live([READER]) == [False]
    assert app.timelines.sweep() == 0
    assert app.pages(READER, 2) == ids


def test_warming_builds_timelines_that_take_deliveries(app: PlainTwitter) -> None:
    app.homes.drop([READER])
    app.timelines.warm([READER])
    assert app.homes.live([READER]) == [True]
    ids = post(app, 1)
    assert app.pages(READER, 2) == ids


def test_a_timeline_dropped_between_build_and_read_is_not_taken_for_empty(app: PlainTwitter, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = post(app, 3)
    app.homes.drop([READER])
    app.authors.drop([AUTHOR, OTHER])
    build, times = app.timelines._build, []

    def build_and_lose(cold) -> None:
        build(cold)
        times.append(cold)
        if len(times) == 1:
            app.homes.drop([READER])
            app.authors.drop([AUTHOR, OTHER])

    monkeypatch.setattr(app.timelines, "_build", build_and_lose)
    assert app.pages(READER, CAP) == ids


def test_a_timeline_that_is_always_dropped_is_unavailable_rather_than_empty(app: PlainTwitter, monkeypatch: pytest.MonkeyPatch) -> None:
    post(app, 1)
    app.homes.drop([READER])
    app.authors.drop([AUTHOR])
    monkeypatch.setattr(app.timelines, "_build", lambda cold: None)
    with pytest.raises(Unavailable, match="dropped 20 times"):
        app.timelines.home(READER, 1)


def test_whom_one_has_just_unfollowed_takes_nobodys_place(fake) -> None:
    """His tweets stand in the timeline until the worker handles the event; one's own must not fall off its end meanwhile."""
    app = PlainTwitter(fake, f"places{next(numbers)}", FanoutOnWrite(), users=3, cap=CAP, slack=0)
    app.change(READER, AUTHOR, True)
    app.drain()
    app.pages(READER, CAP)
    own = [app.post(READER) for _ in range(CAP)]
    for _ in range(CAP):
        app.post(AUTHOR)
    app.drain()
    app.change(READER, AUTHOR, False)
    for limit in range(1, CAP + 1):
        assert app.pages(READER, limit) == own[::-1]
