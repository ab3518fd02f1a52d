"""Fanout policies: for each edge from an author to a reader, is a tweet pushed at write time or pulled at read time?

A policy is pure. `classify` turns what is known of an author into a short class that is *recorded*; `route` decides an
edge from that record and from what is known of the reader. Writer and reader both decide from the record, never from
today's follower count: an author who crosses the threshold neither vanishes nor appears twice, because the record changes
only when the worker has put in place what the new class promises (see `delivery.py`).
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from reference.twitter.errors import InvalidInput, require, require_int


class Route(Enum):
    """What happens along one edge."""

    PUSH = "push"  # delivered at write time
    PULL = "pull"  # merged at read time
    DROP = "drop"  # not delivered; the reader is inactive: the timeline is dropped and rebuilt at the next read


@dataclass(frozen=True, slots=True)
class AuthorFacts:
    """What a policy may know of an author."""

    followers: int
    verified: bool = False
    tweets_per_day: float = 1.0


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """What a policy may know of a reader. `active`: has read within the activity window."""

    active: bool = True
    reads_per_day: float = 1.0


class FanoutPolicy(Protocol):
    """`reader_facts`: whether `route` looks at the reader at all (if not, nobody has to fetch the facts)."""

    reader_facts: bool

    def classify(self, author: AuthorFacts) -> str: ...

    def route(self, author_class: str, reader: ReaderFacts) -> Route: ...


@dataclass(frozen=True)
class FanoutOnWrite:
    """Push everything: one delivery for each follower, one range read for each home timeline."""

    reader_facts = False

    def classify(self, author: AuthorFacts) -> str:
        return "push"

    def route(self, author_class: str, reader: ReaderFacts) -> Route:
        return Route.PUSH


@dataclass(frozen=True)
class FanoutOnRead:
    """Pull everything: no delivery, one range read for each followee."""

    reader_facts = False

    def classify(self, author: AuthorFacts) -> str:
        return "pull"

    def route(self, author_class: str, reader: ReaderFacts) -> Route:
        return Route.PULL


@dataclass(frozen=True)
class Hybrid:
    """Push below `celebrity_threshold` followers, pull from there on. Published thresholds: 5 K (B) … 1 M (C, E)."""

    celebrity_threshold: int = 10_000
    reader_facts = False

    def __post_init__(self) -> None:
        require_int("celebrity_threshold", self.celebrity_threshold, 0)

    def classify(self, author: AuthorFacts) -> str:
        return "pull" if author.followers >= self.celebrity_threshold else "push"

    def route(self, author_class: str, reader: ReaderFacts) -> Route:
        return Route.PULL if author_class == "pull" else Route.PUSH


@dataclass(frozen=True)
class Tiered:
    """Three tiers, as design E §5: normal → push; verified → push to active followers only; celebrity → pull.

    `verified_threshold`: followers from which an unverified account counts as verified too (None: the badge alone).
    """

    celebrity_threshold: int = 1_000_000
    verified_threshold: int | None = None
    reader_facts = True

    def __post_init__(self) -> None:
        require_int("celebrity_threshold", self.celebrity_threshold, 0)
        if self.verified_threshold is not None:
            require_int("verified_threshold", self.verified_threshold, 0, self.celebrity_threshold)

    def classify(self, author: AuthorFacts) -> str:
        if author.followers >= self.celebrity_threshold:
            return "celebrity"
        large = self.verified_threshold is not None and author.followers >= self.verified_threshold
        return "verified" if author.verified or large else "normal"

    def route(self, author_class: str, reader: ReaderFacts) -> Route:
        if author_class == "celebrity":
            return Route.PULL
        return Route.DROP if author_class == "verified" and not reader.active else Route.PUSH


@dataclass(frozen=True)
class RateOptimal:
    """Each edge by itself: push iff reads/day ÷ tweets/day ≥ push_cost / pull_cost.

    The optimum of Silberstein, Terrace, Cooper & Ramakrishnan, "Feeding Frenzy" (SIGMOD 2010), for a linear cost model:
    `push_cost` for one delivery, `pull_cost` for one author looked up in one read (same unit, both > 0).
    """

    push_cost: float = 1.0
    pull_cost: float = 1.0
    reader_facts = True

    def __post_init__(self) -> None:
        for name in ("push_cost", "pull_cost"):
            value = getattr(self, name)
            ok = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value > 0
            require(ok, f"{name} must be a finite number > 0, not {value!r}")

    def classify(self, author: AuthorFacts) -> str:
        return repr(float(author.tweets_per_day))

    def route(self, author_class: str, reader: ReaderFacts) -> Route:
        pushes = reader.reads_per_day * self.pull_cost >= float(author_class) * self.push_cost
        return Route.PUSH if pushes else Route.PULL


POLICIES: dict[str, type[Any]] = {policy.__name__: policy for policy in (FanoutOnWrite, FanoutOnRead, Hybrid, Tiered, RateOptimal)}


def policy_to_text(policy: FanoutPolicy) -> str:
    """The policy as JSON, to be recorded beside the timelines that it made."""
    return json.dumps({"policy": type(policy).__name__, **dataclasses.asdict(policy)}, sort_keys=True)  # type: ignore[call-overload]


def policy_from_text(text: str) -> FanoutPolicy:
    """Inverse of `policy_to_text`; also takes the short forms `Hybrid` and `Hybrid:10000`. InvalidInput names what is wrong."""
    if text.lstrip().startswith("{"):
        try:
            fields = json.loads(text)
        except json.JSONDecodeError as error:
            raise InvalidInput(f"fanout policy {text!r} is not JSON: {error}") from error
        name = fields.pop("policy", None)
    else:
        name, _, argument = text.partition(":")
        fields = {"celebrity_threshold": int(argument)} if argument.isdecimal() else {}
        require(not argument or bool(fields), f"fanout policy {text!r}: after the colon comes a whole number of followers")
    if name not in POLICIES:
        raise InvalidInput(f"fanout policy must be one of {', '.join(POLICIES)}, not {name!r}")
    try:
        return POLICIES[name](**fields)
    except TypeError as error:
        raise InvalidInput(f"fanout policy {text!r}: {error}") from error


class ClassRegistry:
    """The recorded class of each author, and what is known of rates: a few Redis hashes that the store can rebuild.

    Shared by all workers and readers of a namespace; `tweets_per_day` and `reads_per_day` are set by whoever measures them.
    """

    def __init__(self, redis: Any, namespace: str) -> None:
        self.redis = redis
        self._classes = f"{namespace}:fanout:class"
        self._tweet_rates = f"{namespace}:rates:tweets"
        self._read_rates = f"{namespace}:rates:reads"

    def recorded(self, author_ids: list[int]) -> dict[int, str]:
        """Classes by author; authors without a record are absent. One command."""
        if not author_ids:
            return {}
        values = self.redis.hmget(self._classes, [str(author) for author in author_ids])
        return {author: value for author, value in zip(author_ids, values, strict=True) if value is not None}

    def record(self, author_id: int, author_class: str) -> None:
        """Set one class (the worker, after what the class promises is in place)."""
        self.redis.hset(self._classes, str(author_id), author_class)

    def record_new(self, classes: dict[int, str]) -> dict[int, str]:
        """Record classes for authors that have none; returns what stands afterwards (another may have been first)."""
        with self.redis.pipeline(transaction=False) as pipe:
            for author, value in classes.items():
                pipe.hsetnx(self._classes, str(author), value)
            pipe.execute()
        return self.recorded(list(classes))

    def clear(self) -> None:
        """Forget all classes (before timelines are rebuilt under another policy)."""
        self.redis.unlink(self._classes)

    def set_rates(self, tweets_per_day: dict[int, float], reads_per_day: dict[int, float]) -> None:
        """Record measured rates, in tweets and home reads a day."""
        for key, rates in ((self._tweet_rates, tweets_per_day), (self._read_rates, reads_per_day)):
            if rates:
                self.redis.hset(key, mapping={str(user): repr(float(rate)) for user, rate in rates.items()})

    def tweet_rates(self, author_ids: list[int]) -> dict[int, float]:
        """Recorded tweets per day; unknown authors are absent."""
        return self._rates(self._tweet_rates, author_ids)

    def read_rates(self, reader_ids: list[int]) -> dict[int, float]:
        """Recorded home reads per day; unknown readers are absent."""
        return self._rates(self._read_rates, reader_ids)

    def _rates(self, key: str, ids: list[int]) -> dict[int, float]:
        if not ids:
            return {}
        values = self.redis.hmget(key, [str(user) for user in ids])
        return {user: float(value) for user, value in zip(ids, values, strict=True) if value is not None}
