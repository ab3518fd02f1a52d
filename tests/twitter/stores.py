"""Stores for tests, as fixtures: one contract over DuckDB in memory, DuckDB in a file and PostgreSQL. conftest.py offers them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from reference.twitter.accounts import Accounts
from reference.twitter.clock import ManualClock, datetime_from_ms
from reference.twitter.graph import Graph
from reference.twitter.model import Event, Tweet, User
from reference.twitter.outbox import Outbox
from reference.twitter.store import Store
from reference.twitter.tweet_store import TweetStore

_namespaces = itertools.count(1)
FIRST_ID = (1 << 60) + 7


class CountingIds:
    """Rising ids of Snowflake size; thread-safe, since next() of itertools.count is."""

    def __init__(self, start: int = FIRST_ID) -> None:
        self._count = itertools.count(start)

    def next_id(self) -> int:
        return next(self._count)


@dataclass
class World:
    """A store and what stands on it, on a clock that the test moves."""

    store: Store
    clock: ManualClock
    ids: CountingIds
    accounts: Accounts
    outbox: Outbox
    graph: Graph
    tweets: TweetStore

    def users(self, count: int) -> list[User]:
        return [self.accounts.register(f"user_{i}") for i in range(count)]

    def post(self, author_id: int, text: str = "hello") -> Tweet:
        """One transaction: tweet and event."""
        tweet = Tweet(self.ids.next_id(), author_id, text, datetime_from_ms(self.clock.now_ns() // 1_000_000))

        def work(tx: Any) -> None:
            self.tweets.insert(tx, tweet)
            self.outbox.append(tx, author_id, Event("posted", {"tweet_id": tweet.id, "author_id": author_id}))

        self.store.run(work)
        return tweet


def world_on(store: Store, first_id: int = FIRST_ID) -> World:
    clock, ids = ManualClock(), CountingIds(first_id)
    outbox = Outbox(store, clock)
    return World(store, clock, ids, Accounts(store, ids, clock), outbox, Graph(store, outbox, clock), TweetStore(store))


def fresh_namespace() -> str:
    return f"t{next(_namespaces)}"


@contextmanager
def _store(database: str | None) -> Iterator[Store]:
    store = Store.open(database, fresh_namespace(), partitions=4)
    try:
        yield store
    finally:
        if not store._closed:
            store.destroy()


def _database(kind: str, request: pytest.FixtureRequest) -> str | None:
    if kind == "duckdb-file":
        return str(request.getfixturevalue("tmp_path") / "store.duckdb")
    return request.getfixturevalue("postgres_url") if kind == "postgres" else None


@pytest.fixture(params=["duckdb-memory", "postgres"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A fresh, empty world on each engine in turn."""
    with _store(_database(request.param, request)) as store:
        yield world_on(store)


@pytest.fixture(params=["duckdb-memory", "duckdb-file", "postgres"])
def any_world(request: pytest.FixtureRequest) -> Iterator[World]:
    """As `world`, and in a DuckDB file too (slower: each commit goes to disk)."""
    with _store(_database(request.param, request)) as store:
        yield world_on(store)


@pytest.fixture(params=["duckdb-file", "postgres"])
def durable_database(request: pytest.FixtureRequest) -> str:
    """Where a store outlives its process."""
    return str(_database(request.param, request))


def in_threads(count: int, work: Callable[[int], Any], timeout_s: float = 60) -> list[Any]:
    """`work(i)` in `count` threads that start together; their results; the first exception is raised here."""
    gate, results, failures = threading.Barrier(count), [None] * count, []

    def run(index: int) -> None:
        try:
            gate.wait(timeout_s)
            results[index] = work(index)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout_s)
        assert not thread.is_alive(), f"a thread did not finish within {timeout_s} s"
    if failures:
        raise failures[0]
    return results
