"""Wires everything: the one object that a notebook opens.

Embedded by default (fakeredis and DuckDB in memory), real by URL. Everything it makes, in Redis and in the database, bears
its namespace. Redis holds nothing that the store cannot rebuild.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from reference.twitter.accounts import Accounts
from reference.twitter.activity import Activity
from reference.twitter.backend import connect, delete_namespace
from reference.twitter.clock import NS_PER_MS, NS_PER_S, Clock, SystemClock, injected
from reference.twitter.consumer import GroupConsumer
from reference.twitter.delivery import Classifier, Delivery
from reference.twitter.errors import Unavailable, require
from reference.twitter.events import EventLog, Relay
from reference.twitter.fanout import ClassRegistry, FanoutPolicy, Hybrid, policy_from_text, policy_to_text
from reference.twitter.graph import Graph
from reference.twitter.homes import IdTimelines
from reference.twitter.ids import SnowflakeGenerator
from reference.twitter.outbox import Outbox
from reference.twitter.ratelimit import Limiter, Policies
from reference.twitter.store import Store
from reference.twitter.timelines import Timelines
from reference.twitter.tweet_store import TweetStore
from reference.twitter.tweets import Tweets

if TYPE_CHECKING:
    from reference.twitter.model import Event
    from reference.twitter.trends import TrendTracker

FANOUT_GROUP, TRENDS_GROUP = "fanout", "trends"
GROUPS = (FANOUT_GROUP, TRENDS_GROUP)
POLICY_SETTING = "fanout policy"
SHARED_LEASE_MS = 10_000
PRIVATE_LEASE_MS = 3_600_000
WORKER_LEASE_MS = 30_000
DEFAULT_POLICY = Hybrid(celebrity_threshold=10_000)


class Platform:
    """A whole Twitter. Open it by `Platform.open` or `Platform.from_dataset`; a context manager, too.

    Parts: `redis`, `store`, `clock`, `ids`, `accounts`, `graph`, `tweets`, `timelines`, `registry` (fanout classes and rates),
    `delivery` (what the fanout worker does), `trends`, `log`, `relay`, `groups` (consumer groups that it works for).
    """

    def __init__(
        self,
        redis: Any,
        store: Store,
        namespace: str,
        clock: Clock,
        policy: FanoutPolicy,
        own_namespace: bool,
        cap: int,
        lease_ttl_ms: int | None,
        groups: Sequence[str] = GROUPS,
        limits: Policies | None = None,
    ) -> None:
        self.redis, self.store, self.namespace, self.clock, self.policy = redis, store, namespace, clock, policy
        self.own_namespace, self.own_client = own_namespace, False
        # Nobody else can take over in a namespace of one's own, so its leases need no renewal that would disturb counts.
        lease_ttl_ms = lease_ttl_ms or (PRIVATE_LEASE_MS if own_namespace else SHARED_LEASE_MS)
        self.ids = SnowflakeGenerator.leased(redis, namespace, clock=clock, ttl_ms=max(lease_ttl_ms, WORKER_LEASE_MS), lease_again=True)
        self.accounts = Accounts(store, self.ids, clock)
        self.outbox = Outbox(store, clock)
        self.graph = Graph(store, self.outbox, clock)
        self.tweet_store = TweetStore(store)
        self.homes = IdTimelines(redis, namespace, "home", cap=cap)
        self.authors = IdTimelines(redis, namespace, "user", cap=cap)
        self.activity = Activity(redis, namespace, clock)
        self.registry = ClassRegistry(redis, namespace)
        self.classifier = Classifier(policy, self.registry, self.accounts)
        limiter = None if limits is None else Limiter(redis, limits, clock=injected(clock), namespace=namespace)
        self.tweets = Tweets(store, self.accounts, self.tweet_store, self.outbox, self.ids, self.authors, limiter)
        self.timelines = Timelines(self.classifier, self.accounts, self.graph, self.tweet_store, self.homes, self.authors, self.activity)
        self.delivery = Delivery(policy, self.classifier, self.graph, self.tweet_store, self.homes, self.authors, self.activity)
        self.log = EventLog(redis, namespace, store.partitions)
        self.relay = Relay(self.outbox, self.log, self.rebuild)
        self.fanout = self.consumer(FANOUT_GROUP, self.delivery.handle, lease_ttl_ms=lease_ttl_ms)
        trend_feed = self.consumer(TRENDS_GROUP, self._feed_trends, lease_ttl_ms=lease_ttl_ms)
        consumers = {FANOUT_GROUP: self.fanout, TRENDS_GROUP: trend_feed}
        self.groups = tuple(groups)
        self._consumers = {group: consumers[group] for group in self.groups}
        self._settle_policy()

    @classmethod
    def open(
        cls,
        redis_url: str | None = None,
        database: str | None = None,
        namespace: str | None = None,
        clock: Clock | None = None,
        fanout: FanoutPolicy | None = None,
        *,
        redis: Any = None,
        partitions: int | None = None,
        timeline_cap: int = 800,
        lease_ttl_ms: int | None = None,
        groups: Sequence[str] = GROUPS,
        limits: Policies | None = None,
    ) -> Platform:
        """Open a platform.

        redis_url: None → REDIS_URL, else fakeredis. database: None → DATABASE_URL, else DuckDB in memory; a path; postgresql://…
        namespace: None → one of its own, taken away by `close`; a name that others share stays when the database is durable.
        fanout: None → the policy under which the namespace was last open, else Hybrid(10,000). Another policy than the last one
        makes all timelines be rebuilt. redis: a client to use instead of redis_url. partitions: of the event log, fixed at creation.
        timeline_cap: tweets that a home timeline serves. lease_ttl_ms: after so long a dead worker's partitions are taken over
        (None: 10 s, or an hour in a namespace of one's own). groups: consumer groups that `drain` and `consume` work for, all by
        default. limits: what an author may post (`Policies.load()`; None: anything). Raises InvalidInput, Conflict, Unavailable.
        """
        require(bool(groups) and set(groups) <= set(GROUPS), f"groups must be some of {', '.join(GROUPS)}, not {tuple(groups)}")
        clock = clock or SystemClock()
        name = namespace or f"twitter-{secrets.token_hex(6)}"
        client = redis if redis is not None else connect(redis_url)
        store = Store.open(database, namespace=name, partitions=partitions)
        own_namespace = namespace is None or not store.durable
        try:
            policy = fanout or _recorded_policy(store)
            app = cls(client, store, name, clock, policy, own_namespace, timeline_cap, lease_ttl_ms, groups, limits)
        except BaseException:
            _leave(client, store, name, own_namespace, own_client=redis is None)
            raise
        app.own_client = redis is None
        return app

    @classmethod
    def from_dataset(cls, name: str | Path = "small", **options: Any) -> Platform:
        """`open(**options)` with the users, follows and tweets of a dataset ("small": 10 K users). Takes about a second.

        Timelines are built when first read, or by `timelines.warm(ids)`. The clock's time need not be the dataset's: whoever read in
        its 48 hours is active now.
        """
        from reference.twitter.dataset import load_into

        app = cls.open(**options)
        try:
            load_into(app.store, app.registry, name, app.activity)
        except BaseException:
            app.close()
            raise
        return app

    @cached_property
    def trends(self) -> TrendTracker:
        """What trends; `policy` and `baseline` may be set on it. Made when it is first asked for: it brings numpy along."""
        from reference.twitter.trends import TrendTracker

        return TrendTracker(self.redis, self.clock, namespace=self.namespace)

    def _feed_trends(self, event: Event) -> None:
        from reference.twitter.trend_feed import TrendFeed

        TrendFeed(self.tweet_store, self.trends).handle(event)

    def consumer(self, group: str, handler: Any, **options: Any) -> GroupConsumer:
        """A consumer of the event log for `group` (a worker of one's own, trends, search …)."""
        # Leases expire by Redis's time, which no manual clock moves: they are timed by the machine's.
        return GroupConsumer(self.log, group, handler, SystemClock(), is_transient=is_transient, **options)

    def consume(self) -> dict[str, int]:
        """One pass of every group; the events that each handled."""
        return {group: consumer.run_once() for group, consumer in self._consumers.items()}

    def drain(self, timeout_s: float = 60.0) -> int:
        """Relay and deliver until nothing waits, nothing lags, nothing is pending, in any group; the number of events handled here
        (each once, however many groups read it).

        Partitions that another live worker owns are waited for. Unavailable when that takes longer than `timeout_s`.
        """
        machine = SystemClock()  # other processes take real time, whatever our own clock says
        deadline_ns = machine.monotonic_ns() + round(timeout_s * NS_PER_S)
        totals = dict.fromkeys(self.groups, 0)
        while True:
            relayed, done = self.relay.run_once(), self.consume()
            totals = {group: total + done[group] for group, total in totals.items()}
            if not relayed and not any(done.values()):
                backlog = {group: self.log.backlog(group) for group in self.groups}
                if not any(map(any, backlog.values())) and not self.outbox.waiting():
                    return max(totals.values())
                if machine.monotonic_ns() > deadline_ns:
                    waiting = {group: [p for p, n in enumerate(counts) if n] for group, counts in backlog.items() if any(counts)}
                    raise Unavailable(f"after {timeout_s} s, events still wait in partitions {waiting}")
                machine.sleep(0.01)

    def trim(self, retention_s: float = 86_400.0) -> int:
        """Forget events that every group has acknowledged and that are older than `retention_s`; how many left the outbox."""
        older_than_ms = self.clock.now_ns() // NS_PER_MS - round(retention_s * 1000)
        removed = 0
        for partition in range(self.log.partitions):
            done = self.log.acknowledged(partition)
            self.log.trim(partition, done)
            removed += self.outbox.trim(partition, done, older_than_ms)
        return removed

    def rebuild(self) -> None:
        """Drop everything in Redis that is derived from the store: timelines and classes come back at the next read."""
        self.registry.clear()  # before the timelines: one that is read in between under its new classes is dropped after that
        for timelines in (self.homes, self.authors):
            timelines.drop_all()

    def close(self) -> None:
        """Give leases back; take the namespace away if it was this object's own, and nothing else. Idempotent."""
        if self.redis is None:
            return
        try:
            for consumer in self._consumers.values():
                consumer.release()
            self.ids.close()
        finally:
            redis, self.redis = self.redis, None
            _leave(redis, self.store, self.namespace, self.own_namespace, self.own_client)

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _settle_policy(self) -> None:
        """Timelines made under another policy are not to be trusted: forget them."""
        text = policy_to_text(self.policy)
        recorded = self.store.setting(POLICY_SETTING)
        if recorded not in (None, text):
            self.rebuild()
        if recorded != text:
            self.store.set_setting(POLICY_SETTING, text)


def _leave(redis: Any, store: Store, namespace: str, own_namespace: bool, own_client: bool) -> None:
    """Take away what is one's own: the namespace in Redis and in the database, the connection."""
    try:
        if own_namespace:
            delete_namespace(redis, namespace)
    finally:
        store.destroy() if own_namespace else store.close()
        if own_client:
            redis.close()


def _recorded_policy(store: Store) -> FanoutPolicy:
    text = store.setting(POLICY_SETTING)
    return policy_from_text(text) if text else DEFAULT_POLICY


def is_transient(error: Exception) -> bool:
    """A failure that says nothing about the event: a backend is down or busy."""
    from redis.exceptions import RedisError
    from sqlalchemy.exc import DBAPIError

    return isinstance(error, (Unavailable, RedisError, DBAPIError, OSError))
