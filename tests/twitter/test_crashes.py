"""SIGKILL of workers and of Redis itself, with real processes on a real Redis and PostgreSQL: nothing is lost, nothing doubled."""

from __future__ import annotations

import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reference.twitter.backend import connect
from reference.twitter.fanout import FanoutOnWrite
from reference.twitter.platform import FANOUT_GROUP, Platform
from tests.servers import RedisServer

pytestmark = pytest.mark.slow
FOLLOWERS = 2000
AUTHOR = 1


def wait_until(what: str, holds: Callable[[], bool], timeout_s: float = 60.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, f"after {timeout_s} s still not: {what}"
        time.sleep(0.005)


@contextmanager
def worker(redis_url: str, database: str, namespace: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "reference.twitter.workers", "fanout", "--namespace", namespace, "--lease-ms", "500"]
    command += ["--redis-url", redis_url, "--database", database]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "ready" in process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture(params=["in-memory", "append-only"])
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    options = [] if request.param == "in-memory" else ["--appendonly", "yes", "--appendfsync", "everysec"]
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        redis = RedisServer(Path(folder), *options).start()
        try:
            yield redis
        finally:
            redis.stop()


@pytest.fixture
def app(server: RedisServer, postgres_url: str) -> Iterator[Platform]:
    """One author, FOLLOWERS followers with warm timelines; the partition count is small so that kills hit the author's."""
    app = Platform.open(server.url, postgres_url, f"crash-{secrets.token_hex(4)}", fanout=FanoutOnWrite(), partitions=2)
    app.own_namespace = True
    try:
        import pandas as pd

        people = range(1, FOLLOWERS + 2)
        app.store.bulk_load("users", pd.DataFrame({"id": people, "username": [f"u{i}" for i in people], "created_ms": 0}))
        app.store.bulk_load("follows", pd.DataFrame({"follower_id": list(people)[1:], "followee_id": AUTHOR}))
        app.timelines.warm(list(people)[1:])
        yield app
    finally:
        app.close()


def holders(app: Platform, tweet_id: int) -> int:
    """In how many home timelines the tweet stands now."""
    from reference.twitter.homes import member

    with app.redis.pipeline(transaction=False) as pipe:
        for reader in range(2, FOLLOWERS + 2):
            pipe.zscore(app.homes.key(reader), member(tweet_id))
        return sum(score is not None for score in pipe.execute())


def delivered(app: Platform) -> bool:
    app.relay.run_once()
    return not any(app.log.backlog(FANOUT_GROUP)) and not app.outbox.waiting()


def every_timeline(app: Platform) -> set[tuple[int, ...]]:
    """The distinct home timelines of all followers, read page by page as they read them."""
    seen = set()
    for reader in range(2, FOLLOWERS + 2, 7):
        ids: list[int] = []
        cursor = None
        while True:
            page = app.timelines.home(reader, limit=50, cursor=cursor)
            ids += [tweet.id for tweet in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        seen.add(tuple(ids))
    return seen


def test_a_worker_killed_in_mid_batch_loses_no_delivery_and_doubles_none(app: Platform, server: RedisServer, postgres_url: str) -> None:
    posted: list[int] = []
    kills_in_mid_batch = 0
    for _ in range(40):
        with worker(server.url, postgres_url, app.namespace) as process:
            tweets = [app.tweets.post(AUTHOR, f"tweet {len(posted) + i}").id for i in range(20)]
            posted += tweets
            wait_until("the first of the batch arrives", lambda first=tweets[0]: holders(app, first) > 0)
            process.kill()
            process.wait(10)
        kills_in_mid_batch += any(0 < holders(app, tweet) < FOLLOWERS for tweet in tweets)
        if kills_in_mid_batch >= 3:
            break
    assert kills_in_mid_batch >= 3
    with worker(server.url, postgres_url, app.namespace):
        wait_until("all events are handled", lambda: delivered(app))
    assert {holders(app, tweet) for tweet in posted} == {FOLLOWERS}
    assert every_timeline(app) == {tuple(reversed(posted))}


def test_redis_killed_in_mid_fanout_loses_no_delivery_and_doubles_none(app: Platform, server: RedisServer, postgres_url: str) -> None:
    with worker(server.url, postgres_url, app.namespace):
        posted = []
        for _round in range(2):
            app.timelines.warm(range(2, FOLLOWERS + 2))  # a Redis that came back empty has only dormant readers
            tweets = [app.tweets.post(AUTHOR, f"before {i}").id for i in range(30)]
            posted += tweets
            wait_until("fanout has begun", lambda first=tweets[0]: holders(app, first) > 0)
            server.kill()
            posted += [app.tweets.post(AUTHOR, f"while Redis is down {i}").id for i in range(5)]  # acknowledged: must not be lost
            server.start()
            wait_until("Redis answers", lambda: connect(server.url).ping())
            wait_until("all events are handled", lambda: delivered(app))
        assert every_timeline(app) == {tuple(reversed(posted))}
