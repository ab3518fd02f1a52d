"""One set of assumptions: who uses the service, how often, how large things are, what a machine does, what is promised.

Every field has a unit, an allowed range and a *spread*: with about 90 % confidence the truth lies between value / spread and
value x spread (of a share: of its odds). A published design fills in what it says; the rest is the house's default, and `source`
tells which.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from reference.estimation.claims import FOLDER
from reference.estimation.errors import EstimationError, UnknownName, require
from reference.estimation.units import quantity

HOUSE = "house default"


def _given(value: float, unit: str, low: float, high: float, spread: float, says: str) -> Any:
    return field(default=value, metadata={"unit": unit, "low": low, "high": high, "spread": spread, "says": says})


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Frozen and validated. `Scenario.load("A")`, `Scenario.from_toml(path)` or `Scenario(daily_users=2e6, …)`; a copy by `but(...)`."""

    name: str = "house"
    # who, and how often
    users: float = _given(500e6, "users", 1, 10e9, 1.5, "accounts there are")
    daily_users: float = _given(200e6, "users", 1, 10e9, 1.3, "accounts that come on a day")
    active_share: float = _given(70, "%", 0.1, 100, 2.0, "accounts that came within 30 days: only their timelines are kept")
    tweets_per_day: float = _given(500e6, "tweets/day", 1, 1e12, 1.3, "tweets posted")
    timelines_per_user: float = _given(10, "timelines/user/day", 0.01, 1_000, 2.0, "home timelines that a daily user loads")
    tweets_per_timeline: float = _given(20, "tweets/timeline", 1, 1_000, 1.5, "tweets on a page")
    likes_per_user: float = _given(5, "likes/user/day", 0, 10_000, 2.0, "likes that a daily user gives")
    follows_per_user_day: float = _given(0.5, "follows/user/day", 0, 1_000, 3.0, "accounts that a daily user starts to follow")
    searches_per_user: float = _given(0.5, "searches/user/day", 0, 1_000, 2.0, "searches of a daily user")
    write_peak: float = _given(2, "", 1, 1_000, 1.5, "busiest second over the average, writes")
    read_peak: float = _given(3, "", 1, 1_000, 1.5, "busiest second over the average, reads")
    # the graph
    follows_per_user: float = _given(200, "follows/user", 0, 100_000, 2.0, "accounts that a user follows, on average")
    largest_following: float = _given(100e6, "deliveries/tweet", 0, 10e9, 1.5, "followers of the largest account")
    celebrity_threshold: float = _given(100_000, "deliveries/tweet", 0, 10e9, 1.0, "followers from which an author is pulled, not pushed")
    celebrity_deliveries: float = _given(30, "%", 0, 100, 2.0, "deliveries that go to followers of authors above the threshold")
    # how large things are
    tweet_bytes: float = _given(400, "bytes/tweet", 1, 1e6, 1.5, "text and metadata of a stored tweet")
    index_bytes: float = _given(200, "bytes/tweet", 0, 1e6, 2.0, "secondary and search indexes of a tweet")
    media_share: float = _given(20, "%", 0, 100, 2.0, "tweets that carry media")
    media_bytes: float = _given(500e3, "bytes/tweet", 0, 1e12, 3.0, "stored media of a tweet that has some, all renditions")
    media_served_bytes: float = _given(60e3, "bytes/tweet", 0, 1e9, 3.0, "media sent for a tweet that has some, on a timeline")
    response_bytes: float = _given(1_000, "bytes/tweet", 1, 1e6, 1.5, "a hydrated tweet in a response, author included")
    follow_bytes: float = _given(40, "bytes/follow", 1, 10_000, 1.5, "a stored edge, one direction")
    like_bytes: float = _given(40, "bytes/like", 1, 10_000, 1.5, "a stored like")
    # how it is stored
    retention: float = _given(5, "year", 0.01, 100, 1.5, "how long tweets are kept")
    growth: float = _given(0, "%", 0, 1_000, 1.5, "growth of the tweets per day, each year")
    replication: float = _given(3, "copies", 1, 20, 1.0, "copies of rows")
    media_replication: float = _given(1.5, "copies", 1, 20, 1.3, "copies of media; erasure coding makes 1.3 to 1.6")
    compression: float = _given(2, "", 1, 50, 1.5, "raw bytes over compressed bytes of rows")
    hot_days: float = _given(30, "day", 0, 36_525, 1.5, "newest days kept on fast disks; the rest is cold")
    # the cache
    timeline_entries: float = _given(800, "entries/user", 1, 100_000, 1.0, "entries kept of a home timeline")
    entry_bytes: float = _given(120, "bytes/entry", 1, 10_000, 1.3, "memory of an entry of a large Redis sorted set (96 KB for 800)")
    packed_entry_bytes: float = _given(13.4, "bytes/entry", 1, 10_000, 1.2, "memory of an entry of a small one, which Redis packs")
    packed_entries: float = _given(128, "entries/user", 0, 100_000, 1.0, "entries up to which Redis packs (zset-max-listpack-entries)")
    cached_tweet_days: float = _given(2, "day", 0, 3_650, 1.5, "newest tweets kept in memory, whole")
    memory_copies: float = _given(2, "copies", 1, 10, 1.0, "a primary and its replica")
    # what a machine does
    server_cores: float = _given(16, "cores/server", 1, 1_024, 1.0, "cores of a server")
    utilisation: float = _given(60, "%", 1, 95, 1.5, "share of a machine planned for; queues grow beyond about 80 %")
    request_cpu: float = _given(5, "core*ms/request", 0.001, 1e6, 2.0, "processor time of a request")
    request_time: float = _given(100, "ms", 0.001, 1e6, 2.0, "time that a request is in the house, waiting included")
    ranking_cpu: float = _given(0, "core*ms/timeline", 0, 1e6, 2.0, "processor time to rank a timeline; 0 where it is chronological")
    worker_deliveries: float = _given(20_000, "deliveries/s/worker", 1, 1e9, 2.0, "deliveries of a fanout worker, batched")
    visible_within: float = _given(5, "s", 0.001, 86_400, 1.0, "promise: a tweet is on its followers' timelines within")
    shard_writes: float = _given(2_000, "tweets/s/shard", 1, 1e9, 2.0, "tweets that one shard of the store takes")
    shard_bytes: float = _given(2e12, "bytes/shard", 1e6, 1e18, 1.5, "bytes that one shard of the store holds")
    node_memory: float = _given(64e9, "bytes/server", 1e6, 1e15, 1.0, "memory of a cache node that data may fill")
    server_connections: float = _given(200, "connections/server", 1, 1e6, 1.5, "open connections of an API server to stores and caches")
    # edges, promises, money
    cdn_share: float = _given(95, "%", 0, 100, 1.5, "media bytes that a CDN serves from its own cache")
    slo: float = _given(99.95, "%", 50, 99.999999, 1.0, "promised availability")
    parts: float = _given(5, "", 1, 1_000, 1.3, "parts that a request needs, one after the other")
    part_availability: float = _given(99.95, "%", 50, 99.999999, 1.0, "availability of one such part")
    regions: float = _given(2, "copies", 1, 50, 1.0, "regions, each of which can serve all")
    budget: float = _given(20e6, "USD/month", 1, 1e12, 1.0, "what may be spent in a month")
    sources: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name, about in assumptions().items():
            _check(name, getattr(self, name), about)
        require(self.daily_users <= self.users, f"daily_users must be at most users ({self.users:,.0f}), not {self.daily_users:,.0f}")
        unknown = set(self.sources) - set(assumptions())
        require(not unknown, f"sources of what is no assumption: {', '.join(sorted(unknown))}")

    @classmethod
    def load(cls, letter: str, folder: Path = FOLDER) -> Scenario:
        """What the published design `letter` (A … E) says, and the house's defaults where it is silent. UnknownName lists the letters."""
        known = {path.stem: path for path in sorted(folder.glob("*.toml"))}
        if letter not in known:
            raise UnknownName(f"no design {letter!r}; known: {', '.join(known) or 'none'}")
        return cls.from_toml(known[letter])

    @classmethod
    def from_toml(cls, path: Path | str) -> Scenario:
        """`[scenario]` of a TOML file: name = value, or name = {value, section}. Raises EstimationError naming the file and the field."""
        path = Path(path)
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8")).get("scenario", {})
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise EstimationError(f"{path.name} is not a scenario: {error}") from error
        listed = {key: entry if isinstance(entry, Mapping) else {"value": entry} for key, entry in entries.items()}
        sources = {key: f"{path.stem}, {entry['section']}" if "section" in entry else path.stem for key, entry in listed.items()}
        return _made(path.stem, {key: entry["value"] for key, entry in listed.items() if "value" in entry}, sources)

    def but(self, name: str = "", **changes: float) -> Scenario:
        """The same with some assumptions changed, which then have no source but you."""
        for each in changes:
            _known(each)
        sources = dict(self.sources) | dict.fromkeys(changes, "changed here")
        return replace(self, name=name or self.name, sources=sources, **changes)

    def source(self, field_name: str) -> str:
        """Where a value comes from: "A, 3.2", "house default" or "changed here"."""
        _known(field_name)
        return self.sources.get(field_name, HOUSE)

    def quantities(self) -> dict[str, Any]:
        """Every assumption as a pint quantity."""
        return {name: quantity(getattr(self, name), about["unit"]) for name, about in assumptions().items()}

    def stated(self) -> dict[str, float]:
        """What is not a house default."""
        return {name: getattr(self, name) for name in assumptions() if self.source(name) != HOUSE}


@cache
def assumptions() -> dict[str, Mapping[str, Any]]:
    """Every assumption of a scenario by name, with its unit, low, high, spread and what it says."""
    return {each.name: each.metadata for each in fields(Scenario) if "unit" in each.metadata}


def _made(name: str, values: Mapping[str, float], sources: Mapping[str, str]) -> Scenario:
    for each in values:
        _known(each)
    return Scenario(name=name, sources=dict(sources), **values)


def _known(name: str) -> None:
    if name not in assumptions():
        raise UnknownName(f"a scenario has no assumption {name!r}; it has: {', '.join(assumptions())}")


def _check(name: str, value: object, about: Mapping[str, Any]) -> None:
    low, high, unit = about["low"], about["high"], about["unit"]
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    require(number, f"{name} must be a number of {unit or 'pure units'}, not {value!r}")
    require(low <= value <= high, f"{name} must be {low:,.10g} … {high:,.10g} {unit}, not {value:,.10g}")
