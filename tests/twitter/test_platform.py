"""Laws of the whole: it leaves nothing behind, shares a Redis, survives reopening, and loses nothing that it acknowledged."""

from __future__ import annotations

import secrets
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reference.twitter.backend import connect, delete_namespace
from reference.twitter.clock import ManualClock
from reference.twitter.errors import Forbidden, InvalidInput, NotFound, RateLimited, Unavailable
from reference.twitter.fanout import FanoutOnRead, FanoutOnWrite, Hybrid
from reference.twitter.platform import Platform
from reference.twitter.ratelimit import Limit, Policies


def open_platform(redis, **options) -> Platform:
    options.setdefault("clock", ManualClock())
    return Platform.open(redis=redis, partitions=options.pop("partitions", 2), **options)


def two_people(app: Platform, prefix: str = "") -> tuple[int, int]:
    """A reader who follows an author and has read."""
    reader, author = (app.accounts.register(f"{prefix}{name}").id for name in ("reader", "author"))
    app.graph.follow(reader, author)
    app.drain()
    app.timelines.home(reader)
    return reader, author


def texts(app: Platform, reader: int) -> list[str]:
    return [tweet.text for tweet in app.timelines.home(reader).items]


@pytest.fixture
def namespace(redis):
    name = f"platform-{secrets.token_hex(4)}"
    yield name
    delete_namespace(redis, name)


# — coming and going —


def test_closing_takes_away_ones_own_namespace_and_nothing_else(redis) -> None:
    redis.set("somebody-elses", "key")
    before = set(redis.scan_iter())
    with open_platform(redis) as app:
        reader, author = two_people(app)
        app.tweets.post(author, "hello")
        app.drain()
        assert texts(app, reader) == ["hello"]
        assert {key for key in set(redis.scan_iter()) - before if not key.startswith(f"{app.namespace}:")} == set()
        assert set(redis.scan_iter()) > before
    assert set(redis.scan_iter()) == before
    app.close()  # a second time changes nothing
    redis.delete("somebody-elses")


def test_a_client_that_was_passed_in_stays_open_and_an_own_one_is_closed(redis, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = []
    monkeypatch.setattr(redis, "close", lambda: closed.append("passed in"))
    open_platform(redis).close()
    assert closed == []
    app = Platform.open("fakeredis://")
    monkeypatch.setattr(app.redis, "close", lambda: closed.append("own"))
    app.close()
    assert closed == ["own"]


def test_an_opening_that_fails_leaves_nothing(redis) -> None:
    before = set(redis.scan_iter())
    with pytest.raises(InvalidInput, match="cap must be"):
        open_platform(redis, timeline_cap=0)
    assert set(redis.scan_iter()) == before


def test_two_platforms_on_one_redis_do_not_see_each_other(redis) -> None:
    with open_platform(redis) as other:
        reader, author = two_people(other)
        with open_platform(redis) as app:
            two_people(app)
            app.tweets.post(app.accounts.by_username("author").id, "mine")
            app.drain()
        other.tweets.post(author, "theirs")
        other.drain()
        assert texts(other, reader) == ["theirs"]


def test_a_file_opened_again_has_everything_and_another_policy_rebuilds_the_timelines(redis, namespace: str, tmp_path: Path) -> None:
    database = str(tmp_path / "twitter.duckdb")
    with open_platform(redis, database=database, namespace=namespace, fanout=FanoutOnRead()) as app:
        reader, author = two_people(app)
        other = app.accounts.register("other").id
        app.graph.follow(reader, other)
        app.tweets.post(author, "pulled")
        app.drain()
        assert texts(app, reader) == ["pulled"]
    with open_platform(redis, database=database, namespace=namespace) as app:
        assert app.policy == FanoutOnRead()  # the recorded one
    with open_platform(redis, database=database, namespace=namespace, fanout=FanoutOnWrite()) as app:
        assert app.homes.live([reader]) == [False]
        app.tweets.post(other, "pushed")
        app.drain()
        assert texts(app, reader) == ["pushed", "pulled"]
        assert app.homes.size(reader) == 2


def test_what_was_posted_before_a_crash_is_delivered_after_it(redis, namespace: str, tmp_path: Path) -> None:
    """The process dies between the commit and everything that follows from it: no relay, no worker, no goodbye."""
    database = str(tmp_path / "twitter.duckdb")
    app = open_platform(redis, database=database, namespace=namespace, lease_ttl_ms=500)
    reader, author = two_people(app)
    app.tweets.post(author, "acknowledged")
    app.store.close()
    with open_platform(redis, database=database, namespace=namespace) as heir:
        heir.drain(timeout_s=20)
        assert heir.homes.size(reader) == 1
        assert texts(heir, reader) == ["acknowledged"]


# — Redis holds nothing that the store cannot rebuild —


@pytest.mark.parametrize("policy", [FanoutOnWrite(), FanoutOnRead(), Hybrid(1)], ids=str)
def test_an_emptied_redis_changes_no_timeline(redis, policy) -> None:
    with open_platform(redis, fanout=policy) as app:
        reader, author = two_people(app)
        app.tweets.post(author, "one")
        app.drain()
        app.tweets.post(author, "two")
        delete_namespace(redis, app.namespace)
        app.tweets.post(author, "three")
        app.drain()
        assert texts(app, reader) == ["three", "two", "one"]
        assert not any(app.log.backlog("fanout"))


def test_an_emptied_redis_changes_no_timeline_although_the_outbox_was_trimmed(redis) -> None:
    clock = ManualClock()
    with open_platform(redis, clock=clock, fanout=FanoutOnWrite()) as app:
        reader, author = two_people(app)
        app.tweets.post(author, "one")
        app.drain()
        clock.advance(2 * 86_400)
        assert app.trim() == 2  # the follow and the tweet
        delete_namespace(redis, app.namespace)
        app.drain()
        assert texts(app, reader) == ["one"]
        app.tweets.post(author, "two")
        app.drain()
        assert texts(app, reader) == ["two", "one"]


def test_trimming_keeps_what_is_young_or_not_yet_acknowledged(redis) -> None:
    clock = ManualClock()
    with open_platform(redis, clock=clock) as app:
        _, author = two_people(app)
        clock.advance(2 * 86_400)
        app.tweets.post(author, "not delivered")
        assert app.trim() == 1
        clock.advance(2 * 86_400)
        assert app.trim() == 0
        app.drain()
        assert app.trim() == 1


def test_a_rebuild_forgets_classes_before_timelines(redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader between the two would otherwise keep a timeline that was built under classes which nobody remembers."""
    with open_platform(redis, fanout=Hybrid(2)) as app:
        reader, author = two_people(app)
        other = app.accounts.register("other").id
        for follower, followee in ((reader, other), (other, author)):
            app.graph.follow(follower, followee)
        app.tweets.post(author, "pulled")
        app.drain()
        drop_all = app.homes.drop_all

        def read_after() -> int:
            dropped = drop_all()
            app.timelines.home(reader)
            app.tweets.post(author, "in between")
            app.drain()
            return dropped

        monkeypatch.setattr(app.homes, "drop_all", read_after)
        app.rebuild()
        app.delivery.policy = app.classifier.policy = app.timelines.policy = Hybrid(10)
        assert texts(app, reader) == ["in between", "pulled"]


# — draining —


def test_draining_waits_for_the_partitions_of_another_live_worker(redis, namespace: str, tmp_path: Path) -> None:
    with open_platform(redis, database=str(tmp_path / "t.duckdb"), namespace=namespace, clock=None, fanout=FanoutOnWrite()) as app:
        reader, author = two_people(app)
        app.fanout.release()
        other = app.consumer("fanout", app.delivery.handle)
        app.tweets.post(author, "hello")
        app.relay.run_once()
        assert sum(other._own(partition) for partition in range(2)) == 2
        with pytest.raises(Unavailable, match="events still wait in partitions"):
            app.drain(timeout_s=0.05)
        worker = threading.Thread(target=other.run_once)
        worker.start()
        app.drain(timeout_s=10)
        worker.join(10)
        assert texts(app, reader) == ["hello"]
        other.release()


def test_draining_counts_the_events_it_handled(redis) -> None:
    with open_platform(redis) as app:
        reader, author = two_people(app)
        app.tweets.post(author, "hello")
        app.graph.unfollow(reader, author)
        assert app.drain() == 2
        assert app.drain() == 0


# — tweets —


def test_deleting_is_for_the_author_and_happens_once(redis) -> None:
    with open_platform(redis) as app:
        reader, author = two_people(app)
        tweet = app.tweets.post(author, "hello")
        with pytest.raises(Forbidden, match=str(reader)):
            app.tweets.delete(tweet.id, by=reader)
        app.tweets.delete(tweet.id, by=author)
        app.tweets.delete(tweet.id, by=author)
        with pytest.raises(NotFound, match=str(tweet.id)):
            app.tweets.get(tweet.id)
        assert app.drain() == 2


def test_two_deletions_at_once_announce_one(redis, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_platform(redis) as app:
        _, author = two_people(app)
        tweet = app.tweets.post(author, "hello")
        get = app.tweet_store.get

        def deleted_meanwhile(tweet_id: int):
            found = get(tweet_id)
            monkeypatch.setattr(app.tweet_store, "get", get)
            app.tweets.delete(tweet_id, by=author)
            return found

        monkeypatch.setattr(app.tweet_store, "get", deleted_meanwhile)
        app.tweets.delete(tweet.id, by=author)
        assert app.drain() == 2


def test_a_post_is_stored_although_redis_does_not_answer(redis, monkeypatch: pytest.MonkeyPatch) -> None:
    from redis.exceptions import ConnectionError as RedisConnectionError

    with open_platform(redis) as app:
        reader, author = two_people(app)

        def fail(*args: object) -> int:
            raise RedisConnectionError("gone")

        with monkeypatch.context() as patched:
            patched.setattr(app.authors, "add", fail)
            tweet = app.tweets.post(author, "hello")
        app.drain()
        assert texts(app, author) == texts(app, reader) == ["hello"]
        assert app.tweets.get(tweet.id).text == "hello"


def test_a_tweet_that_is_refused_leaves_nothing(redis) -> None:
    with open_platform(redis) as app:
        _, author = two_people(app)
        for author_id, text in ((author, " "), (author, "x" * 281), (12345, "hello")):
            with pytest.raises((InvalidInput, NotFound)):
                app.tweets.post(author_id, text)
        assert app.tweet_store.count() == 0 and app.outbox.waiting() == 0


# — limits —

TWO_A_MINUTE = Policies((Limit("tweet", 2, 60, tier="free"), Limit("tweet", 3, 60, tier="verified"), Limit("tweet", 3, 60, tier="api")))


def test_a_post_above_the_limit_is_refused_and_leaves_nothing_until_the_wait_is_over(redis) -> None:
    clock = ManualClock()
    with open_platform(redis, clock=clock, limits=TWO_A_MINUTE) as app:
        _, author = two_people(app)
        with pytest.raises(InvalidInput):  # which costs no token
            app.tweets.post(author, " ")
        for text in ("one", "two"):
            app.tweets.post(author, text)
        with pytest.raises(RateLimited) as refused:
            app.tweets.post(author, "three")
        assert app.tweet_store.count() == 2 and app.outbox.waiting() == 2
        clock.advance(refused.value.verdict.retry_after_s)
        app.tweets.post(author, "three")
        assert app.tweet_store.count() == 3


def test_a_verified_author_posts_under_the_limit_of_the_verified(redis) -> None:
    with open_platform(redis, limits=TWO_A_MINUTE) as app:
        _, author = two_people(app)
        app.accounts.set_verified(author)
        for text in ("one", "two", "three"):
            app.tweets.post(author, text)
        with pytest.raises(RateLimited):
            app.tweets.post(author, "four")


def test_without_limits_an_author_posts_as_fast_as_they_like(redis) -> None:
    with open_platform(redis) as app:
        _, author = two_people(app)
        assert len({app.tweets.post(author, f"tweet {n}").id for n in range(60)}) == 60


# — opening —


def test_importing_the_platform_is_quick_and_loads_no_engine() -> None:
    code = (
        "import sys, time; start = time.perf_counter(); import reference.twitter, reference.twitter.platform;"
        "print(time.perf_counter() - start, *{'duckdb', 'sqlalchemy', 'fakeredis', 'pandas', 'numpy', 'redis'} & set(sys.modules))"
    )
    root = Path(__file__).parents[2]
    seconds = []
    for _ in range(3):  # a machine that is busy with other tests may be slow once
        done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True, timeout=60)
        taken, *engines = done.stdout.split()
        assert engines == []
        seconds.append(float(taken))
    assert min(seconds) < 1


def test_the_environment_chooses_redis_when_nobody_else_does(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    with Platform.open() as app:
        client = connect(redis_url)
        assert any(client.scan_iter(match=f"{app.namespace}:*", count=1000))
        client.close()
