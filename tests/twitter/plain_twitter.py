"""The timelines of the reference over a store of record in plain Python: quick enough for thousands of random histories.

Fanout policy, delivery, Redis timelines and read path are the real ones; users, edges, tweets and the event log are dicts and lists.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from reference.twitter.activity import Activity
from reference.twitter.clock import ManualClock, datetime_from_ms
from reference.twitter.delivery import Classifier, Delivery
from reference.twitter.fanout import ClassRegistry, FanoutPolicy
from reference.twitter.homes import IdTimelines
from reference.twitter.model import Event, FollowEdge, Tweet
from reference.twitter.timelines import Timelines

FIRST_ID = 1_724_551_581_896_015_872  # spacing 1 above it: for a double they are all the same
BORN = datetime_from_ms(1_700_000_000_000)


class PlainStore:
    """Accounts, graph and tweets at once, as far as timelines ask for them."""

    def __init__(self, users: int) -> None:
        self.verified: set[int] = set()
        self.users = range(1, users + 1)
        self.edges: dict[tuple[int, int], FollowEdge] = {}
        self.tweets: dict[int, Tweet] = {}
        self.deleted: set[int] = set()

    def follower_ids(self, user: int) -> list[int]:
        return sorted(a for (a, b), edge in self.edges.items() if b == user and edge.active)

    def followee_ids(self, user: int) -> list[int]:
        return sorted(b for (a, b), edge in self.edges.items() if a == user and edge.active)

    def follower_batches(self, user: int, size: int) -> Iterator[list[int]]:
        if followers := self.follower_ids(user):
            yield followers

    def edge(self, follower: int, followee: int) -> FollowEdge | None:
        return self.edges.get((follower, followee))

    def recent_ids(self, authors: list[int], limit: int) -> dict[int, list[int]]:
        return {author: found for author in authors if (found := self.newest_ids([author], limit))}

    def newest_ids(self, authors: list[int], limit: int) -> list[int]:
        return sorted((tweet.id for tweet in self.tweets.values() if tweet.author_id in authors), reverse=True)[:limit]


class PlainTwitter:
    """Users 1 … n; events wait, one queue for each author, until `step` or `drain` handles them."""

    def __init__(self, redis: Any, namespace: str, policy: FanoutPolicy, users: int, cap: int, slack: int) -> None:
        self.clock, self.store, self.policy = ManualClock(), PlainStore(users), policy
        sizes = {"cap": cap, "slack": slack, "batch": 2, "buckets": 2}
        self.homes, self.authors = (IdTimelines(redis, namespace, kind, **sizes) for kind in ("home", "user"))
        self.activity, self.registry = Activity(redis, namespace, self.clock), ClassRegistry(redis, namespace)
        self.queues: dict[int, deque[Event]] = defaultdict(deque)
        self.handled: list[Event] = []
        accounts: Any = SimpleNamespace(get_many=self._users)
        tweets: Any = SimpleNamespace(recent_ids=self.store.recent_ids, newest_ids=self.store.newest_ids, get_many=self._tweets)
        graph: Any = self.store
        classifier = Classifier(policy, self.registry, accounts)
        self.timelines = Timelines(classifier, accounts, graph, tweets, self.homes, self.authors, self.activity)
        self.delivery = Delivery(policy, classifier, graph, tweets, self.homes, self.authors, self.activity)

    def _users(self, ids: list[int]) -> dict[int, Any]:
        known = [user for user in ids if user in self.store.users]
        return {u: SimpleNamespace(follower_count=len(self.store.follower_ids(u)), verified=u in self.store.verified) for u in known}

    def _tweets(self, ids: list[int]) -> dict[int, Tweet]:
        return {i: Tweet(i, t.author_id, t.text, BORN, i in self.store.deleted) for i in ids if (t := self.store.tweets.get(i))}

    def change(self, follower: int, followee: int, active: bool) -> None:
        edge = self.store.edges.get((follower, followee)) or FollowEdge(follower, followee, False, 0)
        if follower == followee or edge.active == active:
            return
        self.store.edges[follower, followee] = edge = FollowEdge(follower, followee, active, edge.version + 1)
        payload: dict[str, Any] = {"follower_id": follower, "followee_id": followee, "version": edge.version}
        self.queues[followee].append(Event("followed" if active else "unfollowed", payload))

    def post(self, author: int) -> int:
        tweet_id = FIRST_ID + len(self.store.tweets)
        self.store.tweets[tweet_id] = Tweet(tweet_id, author, "hello", BORN)
        self.queues[author].append(Event("tweeted", {"tweet_id": tweet_id, "author_id": author}))
        self.authors.add([tweet_id], [author])
        return tweet_id

    def step(self, author: int) -> None:
        """Handle the author's next event, if there is one."""
        if self.queues[author]:
            event = self.queues[author].popleft()
            self.handled.append(event)
            self.delivery.handle(event)

    def drain(self) -> None:
        while any(self.queues.values()):
            for author in list(self.queues):
                self.step(author)

    def pages(self, user: int, limit: int) -> list[int]:
        """The ids of all pages; AssertionError when they do not end."""
        ids, cursor = [], None
        for _ in range(self.homes.cap + 2):
            page = self.timelines.home(user, limit, cursor)
            ids += [tweet.id for tweet in page.items]
            if page.next_cursor is None:
                return ids
            assert len(page.items) == limit, "a page before the last is short"
            cursor = page.next_cursor
        raise AssertionError(f"pages of {limit} for user {user} do not end: {ids}")

    def model(self, user: int) -> list[int]:
        """What every policy serves: the newest `cap` of oneself and one's followees, without what was deleted."""
        newest = self.store.newest_ids([user, *self.store.followee_ids(user)], self.homes.cap)
        return [tweet_id for tweet_id in newest if tweet_id not in self.store.deleted]
