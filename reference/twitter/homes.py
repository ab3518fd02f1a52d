"""Timelines as capped sets of tweet ids in Redis: one for each reader's home, one for each author's own tweets.

A timeline is a sorted set whose members are 19-digit ids, all with score 0, read by lexicographic range. Scores are
doubles: with the id as score, ids of one millisecond collapse (spacing 256 near 2**61) and a page is lost or repeated.

A timeline that exists takes deliveries; one that does not belongs to a dormant reader and takes none: it is rebuilt from
the store of record at the next read. So that an empty timeline exists too, a live one holds the mark "~", which sorts after
every id. While it is being built it holds the builder's mark instead, so that deliveries during the build are not lost.

Keys carry a hash tag of one of `buckets` buckets, so that on a Redis Cluster one Lua call serves a whole batch of timelines.
Sizes and trimming follow Mastodon's FeedManager and Twitter's 800 entries (Krikorian, 2013).
"""

from __future__ import annotations

import heapq
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reference.twitter.backend import Script, delete_namespace, is_cluster, script, spread, spread_many
from reference.twitter.errors import Unavailable, require_int
from reference.twitter.model import chunked

LIVE = "~"
ID_DIGITS = 19
BUILD_ATTEMPTS = 20
CONCURRENT_BUILDERS = 3


def member(tweet_id: int) -> str:
    """The sorted-set member of an id: 19 digits, so that lexicographic and numeric order agree."""
    return f"{tweet_id:0{ID_DIGITS}d}"


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One timeline's share of a page: ids newest first, how many of its ids are at or above the cursor, and whether it is live."""

    ids: list[int]
    newer: int
    live: bool


class IdTimelines:
    """All timelines of one kind ("home" or "user") of a namespace.

    `cap`: ids kept; `slack`: ids beyond it before a delivery trims (trimming each time costs 2–3×);
    `batch`: timelines for one Lua call (200–500 block the server for 1–2 ms); `buckets`: hash tags, fixed for a namespace.
    """

    def __init__(self, redis: Any, namespace: str, kind: str, cap: int = 800, slack: int = 50, batch: int = 500, buckets: int = 64) -> None:
        self.redis, self.namespace, self.kind = redis, namespace, kind
        self.cap = require_int("cap", cap, 1)
        self.slack = require_int("slack", slack, 0)
        self.batch = require_int("batch", batch, 1, 5000)
        self.buckets = require_int("buckets", buckets, 1, 16_384)
        self._cluster = is_cluster(redis)
        self._prefixes = [f"{namespace}:{{b{bucket}}}:{kind}:" for bucket in range(buckets)]

    def key(self, owner: int) -> str:
        """The Redis key of `owner`'s timeline."""
        return f"{self._prefixes[spread(owner, self.buckets)]}{owner}"

    def add(self, tweet_ids: Sequence[int], owners: Sequence[int]) -> int:
        """Put the ids into every live timeline among `owners`; how many were new. One Lua call for each batch, idempotent."""
        if not tweet_ids or not owners:
            return 0
        args = [self.cap, self.slack, *map(member, tweet_ids)]
        calls = [(keys, args) for keys in self._batches(owners)]
        return sum(self._run(script("timeline_add.lua"), calls))

    def remove(self, owner: int, tweet_ids: Sequence[int]) -> bool:
        """Take the ids out; False when the timeline may have been trimmed, or is not live: it is dropped, and the next read rebuilds it."""
        args = [self.cap, *map(member, tweet_ids)]
        return script("timeline_remove.lua").run(self.redis, [self.key(owner)], args) >= 0

    def drop(self, owners: Iterable[int]) -> int:
        """Delete timelines (their owners become dormant); how many existed."""
        with self.redis.pipeline(transaction=False) as pipe:
            for owner in owners:
                pipe.unlink(self.key(owner))
            return sum(pipe.execute())

    def drop_all(self) -> int:
        """Delete every timeline of this kind in the namespace; how many. O(keys of the server)."""
        return delete_namespace(self.redis, self.namespace, f"{{b*}}:{self.kind}:*")

    def build(self, owner: int, load: Callable[[], Sequence[int]]) -> None:
        """Make `owner`'s timeline live with the ids that `load` returns; deliveries meanwhile are kept.

        `load` must read state at least as new as its call. Unavailable after 20 drops in a row during the build.
        """
        key = self.key(owner)
        for _ in range(BUILD_ATTEMPTS):
            mark = f"{LIVE}{secrets.token_hex(6)}"
            self.redis.zadd(key, {mark: 0})
            if script("timeline_finish.lua").run(self.redis, [key], [mark, self.cap, *map(member, load())]):
                return
        raise Unavailable(f"timeline {key} was dropped {BUILD_ATTEMPTS} times while it was being built")

    def build_many(self, owners: Sequence[int], load: Callable[[Sequence[int]], dict[int, list[int]]]) -> None:
        """As `build`, for many owners in three round trips; whoever was dropped meanwhile is left for the next read."""
        mark = f"{LIVE}{secrets.token_hex(6)}"
        with self.redis.pipeline(transaction=False) as pipe:
            for owner in owners:
                pipe.zadd(self.key(owner), {mark: 0})
            pipe.execute()
        loaded = load(owners)
        calls = [([self.key(owner)], [mark, self.cap, *map(member, loaded.get(owner, []))]) for owner in owners]
        self._run(script("timeline_finish.lua"), calls)

    def live(self, owners: Sequence[int]) -> list[bool]:
        """Which of the timelines are live, in one round trip."""
        with self.redis.pipeline(transaction=False) as pipe:
            for owner in owners:
                pipe.zscore(self.key(owner), LIVE)
            return [score is not None for score in pipe.execute()]

    def size(self, owner: int) -> int:
        """Ids in the timeline now (at most cap + slack)."""
        return int(self.redis.zlexcount(self.key(owner), "-", f"({LIVE}"))

    def _batches(self, owners: Sequence[int]) -> list[list[str]]:
        """Keys in batches that one script call may touch: mixed on a server, bucket by bucket on a cluster."""
        buckets = spread_many(owners, self.buckets)
        keys = [f"{self._prefixes[bucket]}{owner}" for bucket, owner in zip(buckets, owners, strict=True)]
        if not self._cluster:
            return [list(chunk) for chunk in chunked(keys, self.batch)]
        by_bucket: dict[int, list[str]] = defaultdict(list)
        for bucket, key in zip(buckets, keys, strict=True):
            by_bucket[bucket].append(key)
        return [list(chunk) for group in by_bucket.values() for chunk in chunked(group, self.batch)]

    def _master_of(self, key: str) -> Any:
        """Where a batch goes on a cluster. Its keys share a bucket: the client need not hash each of them again to find that out."""
        return self.redis.get_node_from_key(key) if self._cluster else None

    def _run(self, lua: Script, calls: list[tuple[list[str], list[Any]]]) -> list[int]:
        """All calls in one pipeline (per master, on a cluster); loads the script again after a restart of the server."""
        from redis.exceptions import NoScriptError

        for attempt in range(2):
            with self.redis.pipeline(transaction=False) as pipe:
                for keys, args in calls:
                    lua.queue(pipe, keys, args, self._master_of(keys[0]))
                try:
                    return pipe.execute()
                except NoScriptError:
                    if attempt:
                        raise
                    lua.load(self.redis)
        raise AssertionError("unreachable")


Source = tuple[IdTimelines, int]


def read_sources(sources: Sequence[Source], cursor: int | None, count: int) -> list[SourcePage]:
    """For each (timelines, owner): its newest `count` ids below `cursor`. One round trip; 1 command a source, 3 beyond the first page."""
    if not sources:
        return []
    redis = sources[0][0].redis
    with redis.pipeline(transaction=False) as pipe:
        for timelines, owner in sources:
            _queue_read(pipe, timelines.key(owner), cursor, count)
        replies = pipe.execute()
    if cursor is None:
        return [_first_page(reply, count) for reply in replies]
    triples = zip(replies[::3], replies[1::3], replies[2::3], strict=True)
    return [SourcePage([int(entry) for entry in ids], newer, live is not None) for ids, newer, live in triples]


def _queue_read(pipe: Any, key: str, cursor: int | None, count: int) -> None:
    if cursor is None:
        # Marks sort first, so one command tells whether it is live; room for the marks of concurrent builders.
        pipe.zrevrangebylex(key, "+", "-", 0, _room(count))
        return
    pipe.zrevrangebylex(key, f"({member(cursor)}", "-", 0, count)
    pipe.zlexcount(key, f"[{member(cursor)}", f"({LIVE}")
    pipe.zscore(key, LIVE)


def _room(count: int) -> int:
    return count + 1 + CONCURRENT_BUILDERS


def _first_page(entries: list[str], count: int) -> SourcePage:
    ids = [int(entry) for entry in entries if entry[0] != LIVE]
    crowded_out = len(ids) < count and len(entries) == _room(count)  # by more marks than there is room for: finishing removes them
    return SourcePage(ids[:count], 0, LIVE in entries and not crowded_out)


def merge_newest(lists: Iterable[Sequence[int]], count: int) -> list[int]:
    """The `count` newest ids of several newest-first lists, each id once. O(count · log lists) after the heads."""
    merged: list[int] = []
    for tweet_id in heapq.merge(*lists, reverse=True):
        if merged and merged[-1] == tweet_id:
            continue
        if len(merged) == count:
            break
        merged.append(tweet_id)
    return merged


def ids_at_or_above(sources: Sequence[Source], cursor: int) -> set[int]:
    """The *distinct* ids at or above `cursor` in the sources together (an author may be pushed and pulled at once)."""
    with sources[0][0].redis.pipeline(transaction=False) as pipe:
        for timelines, owner in sources:
            pipe.zrangebylex(timelines.key(owner), f"[{member(cursor)}", f"({LIVE}")
        return {int(entry) for entries in pipe.execute() for entry in entries}
