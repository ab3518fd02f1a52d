"""What the fanout worker does with each event: deliver tweets, merge and unmerge on follow and unfollow, reclassify authors.

Every handler is idempotent and acts on the state that the store holds *now*, so an event that comes twice or late does no harm.
All events that concern an author come in order (they share his partition), so his class changes between two of his tweets.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from reference.twitter.accounts import Accounts
from reference.twitter.activity import Activity
from reference.twitter.errors import NotFound
from reference.twitter.fanout import AuthorFacts, ClassRegistry, FanoutPolicy, ReaderFacts, Route
from reference.twitter.graph import Graph
from reference.twitter.homes import IdTimelines
from reference.twitter.model import Event
from reference.twitter.tweet_store import TweetStore

MOST_EAGER = ReaderFacts(active=True, reads_per_day=math.inf)
"""Whoever is pushed to at all, this reader is."""


@dataclass
class DeliveryCounts:
    """What fanout has done in this process: tweets handled, followers looked at, ids delivered to live timelines, largest fanout."""

    tweets: int = 0
    followers: int = 0
    deliveries: int = 0
    largest: int = 0

    def note(self, followers: int, deliveries: int) -> None:
        self.tweets += 1
        self.followers += followers
        self.deliveries += deliveries
        self.largest = max(self.largest, followers)


class Classifier:
    """The class of authors, recorded at first sight."""

    def __init__(self, policy: FanoutPolicy, registry: ClassRegistry, accounts: Accounts) -> None:
        self.policy, self.registry, self.accounts = policy, registry, accounts

    def classes(self, author_ids: list[int]) -> dict[int, str]:
        """Recorded classes; authors seen for the first time are classified from the store and recorded. 1 command when all are known."""
        known = self.registry.recorded(author_ids)
        unknown = [author for author in author_ids if author not in known]
        return {**known, **self.registry.record_new(self.current(unknown))} if unknown else known

    def current(self, author_ids: list[int]) -> dict[int, str]:
        """What the policy would say today, from the store's counts and the measured rates."""
        users = self.accounts.get_many(author_ids)
        rates = self.registry.tweet_rates(author_ids) if self.policy.reader_facts else {}
        return {
            author: self.policy.classify(AuthorFacts(user.follower_count, user.verified, rates.get(author, 1.0)))
            for author, user in users.items()
        }


class Delivery:
    """Handlers of the `fanout` group. `follower_batch`: followers read from the store at a time."""

    def __init__(
        self,
        policy: FanoutPolicy,
        classifier: Classifier,
        graph: Graph,
        tweets: TweetStore,
        homes: IdTimelines,
        authors: IdTimelines,
        activity: Activity,
        follower_batch: int = 5000,
    ) -> None:
        self.policy, self.classifier, self.registry = policy, classifier, classifier.registry
        self.graph, self.tweets, self.homes, self.authors, self.activity = graph, tweets, homes, authors, activity
        self.follower_batch = follower_batch
        self.counts = DeliveryCounts()
        self._handlers: dict[str, Callable[[Event], None]] = {
            "tweeted": self.on_tweeted,
            "followed": self.on_followed,
            "unfollowed": self.on_unfollowed,
        }

    def handle(self, event: Event) -> None:
        """Dispatch by kind. Kinds that do not touch timelines are none of our business: deletion is a filter at read time."""
        handler = self._handlers.get(event.kind)
        if handler is not None:
            handler(event)

    def on_tweeted(self, event: Event) -> None:
        """Deliver one tweet to those followers whose edge is pushed; O(followers)."""
        author, tweet_id = int(event.payload["author_id"]), int(event.payload["tweet_id"])
        self.authors.add([tweet_id], [author])
        author_class = self._settle_class(author)
        if not self._may_push(author_class):
            self.counts.note(0, 0)
            return
        seen = delivered = 0
        for followers in self.graph.follower_batches(author, self.follower_batch):
            seen += len(followers)
            delivered += self._deliver(tweet_id, author_class, followers)
        self.counts.note(seen, delivered)

    def on_followed(self, event: Event) -> None:
        """Merge the new followee's recent tweets into the follower's timeline, if the edge is pushed and still stands."""
        follower, followee = self._edge_of(event)
        if not self._is_current(event, follower, followee):
            return
        author_class = self.classifier.classes([followee])[followee]
        if self._routes(author_class, [follower])[follower] is Route.PUSH:
            self.homes.add(self._recent(followee), [follower])

    def on_unfollowed(self, event: Event) -> None:
        """Take the author's tweets out of the former follower's timeline (unless they follow again by now).

        An author with more tweets than a timeline holds may have left older ones there, from before he was pulled: then it is dropped.
        """
        follower, followee = self._edge_of(event)
        if not self._is_current(event, follower, followee):
            return
        tweets = self._recent(followee)
        if len(tweets) < self.homes.cap:
            self.homes.remove(follower, tweets)
        else:
            self.homes.drop([follower])

    def set_rates(self, tweets_per_day: dict[int, float], reads_per_day: dict[int, float]) -> None:
        """Record measured rates. A reader's own rate decides his edges at once, so his timeline is dropped and rebuilt when he reads:
        what was pulled so far would be missing in it."""
        self.registry.set_rates(tweets_per_day, reads_per_day)
        self.homes.drop(reads_per_day)

    def _settle_class(self, author: int) -> str:
        """Today's class, recorded only once what it promises is in place: edges that turn to push are filled first."""
        recorded = self.registry.recorded([author]).get(author)
        today = self.classifier.current([author])
        if author not in today:
            raise NotFound(f"author {author} of a tweet is not in the store")
        if recorded is not None and recorded != today[author]:
            self._fill_edges_that_turn_to_push(author, recorded, today[author])
        if recorded != today[author]:
            self.registry.record(author, today[author])
        return today[author]

    def _fill_edges_that_turn_to_push(self, author: int, before: str, after: str) -> None:
        if not self._may_push(after):
            return
        recent = self._recent(author)
        for followers in self.graph.follower_batches(author, self.follower_batch):
            was, becomes = self._routes(before, followers), self._routes(after, followers)
            turning = [reader for reader in followers if was[reader] is not Route.PUSH]
            self.homes.drop(reader for reader in turning if becomes[reader] is Route.DROP)  # who returns in this moment finds no hole
            self.homes.add(recent, [reader for reader in turning if becomes[reader] is Route.PUSH])

    def _deliver(self, tweet_id: int, author_class: str, followers: list[int]) -> int:
        routes = self._routes(author_class, followers)
        dropped = [reader for reader in followers if routes[reader] is Route.DROP]
        if dropped:
            self.homes.drop(dropped)
        return self.homes.add([tweet_id], [reader for reader in followers if routes[reader] is Route.PUSH])

    def _routes(self, author_class: str, readers: list[int]) -> dict[int, Route]:
        if not self.policy.reader_facts:
            return dict.fromkeys(readers, self.policy.route(author_class, ReaderFacts()))
        active, rates = self.activity.active(readers), self.registry.read_rates(readers)
        return {reader: self.policy.route(author_class, ReaderFacts(active[reader], rates.get(reader, 1.0))) for reader in readers}

    def _may_push(self, author_class: str) -> bool:
        """False only when no reader whatsoever would be pushed to, so that nobody has to list a celebrity's followers."""
        return self.policy.route(author_class, MOST_EAGER) is Route.PUSH

    def _recent(self, author: int) -> list[int]:
        return self.tweets.recent_ids([author], self.homes.cap).get(author, [])

    def _edge_of(self, event: Event) -> tuple[int, int]:
        return int(event.payload["follower_id"]), int(event.payload["followee_id"])

    def _is_current(self, event: Event, follower: int, followee: int) -> bool:
        """False for an event that the edge has outgrown: a late, stale event cannot win (design E §8)."""
        edge = self.graph.edge(follower, followee)
        return edge is not None and edge.version == event.payload["version"]
