"""The counts and users of tags in Redis: one sorted set of counts per minute, one HyperLogLog per tag and minute.

A tag lives in one of `shards` hash slots with all its keys, so that unions stay inside a slot on a Redis Cluster and what the shards
answer need only be put together. Hours are made of their minutes when first read. Every key expires.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.twitter.backend import delete_namespace, script
from reference.twitter.errors import require_int
from reference.twitter.trend_batch import Group, Uses, groups
from reference.twitter.trend_policy import Usage
from reference.twitter.trend_window import MINUTES_PER_HOUR, Span, hour_weight, weight

SKETCH_FROM = 250
TTL_MARGIN_S = 7_200
Source = tuple[str, int]


def span_weights(span: Span, half_life: float) -> tuple[list[float], list[float]]:
    """Weights of the hours and of the minutes that cover `span`; `half_life` as a share of it."""
    hours, minutes = span.cover()
    half_minutes = half_life * span.minutes
    return [hour_weight(hour, span.last, half_minutes) for hour in hours], [weight(span.last - m, half_minutes) for m in minutes]


class TrendCounters:
    """The trend keys of a namespace. `longest_s`: the longest window; `shards`: fixed for a namespace, 1 on a single server."""

    def __init__(self, redis: Any, namespace: str, longest_s: int, shards: int = 1) -> None:
        self.redis, self.namespace, self.longest_s = redis, namespace, longest_s
        self.shards = require_int("shards", shards, 1, 1024)
        # fakeredis keeps sets where Redis keeps sketches: it takes users only one by one.
        self.sketch_from = None if type(redis).__module__.startswith("fakeredis") else SKETCH_FROM

    def prefix(self, shard: int) -> str:
        """What all keys of a shard begin with; the braces put them into one slot."""
        return f"{self.namespace}:{{trends{shard}}}:"

    def shard_of(self, tag: str) -> int:
        return zlib.crc32(tag.encode()) % self.shards if self.shards > 1 else 0

    def add(self, uses: Uses, wanted: np.ndarray, source: Source | None = None) -> bool:
        """Count `uses`, each in its own minute; one script call for each shard. `wanted`: for each name, whether users are counted too.

        `source`: (name, position) of what is counted; a position not above the last one was counted before and is left out (False).
        """
        counted = False
        for shard in range(self.shards):
            mine = self._part(uses, shard)
            if len(mine) or source:
                counted |= self._flush(shard, mine, groups(mine, wanted, self.sketch_from), source)
        return counted

    def _part(self, uses: Uses, shard: int) -> Uses:
        if self.shards == 1:
            return uses
        of_name = np.fromiter((self.shard_of(name) for name in uses.names), dtype=np.int64, count=len(uses.names))
        part = uses.where(of_name[uses.tag] == shard)
        part.spelling = {pair: times for pair, times in uses.spelling.items() if self.shard_of(pair[0]) == shard}
        return part

    def _flush(self, shard: int, uses: Uses, made: list[Group], source: Source | None) -> bool:
        prefix = self.prefix(shard)
        batch = {
            "g": [_group_as_json(group) for group in made],
            "w": [[tag, written, times] for (tag, written), times in uses.spelling.items()],
            "ttl_counts": 2 * self.longest_s + TTL_MARGIN_S,
            "ttl_users": self.longest_s + TTL_MARGIN_S,
            "ttl_written": 2 * self.longest_s,
        }
        name, position = source or ("", 0)
        args = [prefix, name, position, json.dumps(batch, ensure_ascii=False, separators=(",", ":")), b"".join(g.users for g in made)]
        args += [sketch for group in made for sketch in group.sketches]
        return bool(script("trend_flush.lua").run(self.redis, [f"{prefix}positions"], args))

    def most_used(self, region: str, span: Span, half_life: float, least: int, most: int) -> list[Usage]:
        """The tags used at least `least` times in `span`, at most `most` a shard; one script call for each shard."""
        ask = {
            "now": _cover(span),
            "before": _cover(span.preceding()),
            "weights": [value for values in span_weights(span, half_life) for value in values],
            "c": f"c:{region}:",
            "least": least,
            "most": most,
            "ttl": 2 * self.longest_s + TTL_MARGIN_S,
        }
        found: list[Usage] = []
        for shard in range(self.shards):
            reply = self._ask("trend_counts.lua", shard, ask)
            rows = zip(reply[::4], reply[1::4], reply[2::4], reply[3::4], strict=True)
            found += [Usage(tag, int(float(n)), float(recent), int(float(before))) for tag, n, recent, before in rows]
        return found

    def users(self, region: str, span: Span, tags: Sequence[str]) -> dict[str, tuple[int, str]]:
        """For each tag, its unique users in `span` and how it is most often written; one script call for each shard."""
        found: dict[str, tuple[int, str]] = {}
        for shard in range(self.shards):
            mine = [tag for tag in tags if self.shard_of(tag) == shard]
            if mine:
                ask = {"t": mine, **_cover(span), "u": f"u:{region}:", "ttl": self.longest_s + TTL_MARGIN_S}
                reply = self._ask("trend_users.lua", shard, ask)
                found |= {tag: (int(users), written or tag) for tag, users, written in zip(mine, reply[::2], reply[1::2], strict=True)}
        return found

    def clear(self) -> int:
        """Delete all trend keys of the namespace; how many. O(keys of the server)."""
        return delete_namespace(self.redis, self.namespace, "{trends*}:*")

    def _ask(self, name: str, shard: int, ask: dict[str, Any]) -> list[Any]:
        prefix = self.prefix(shard)
        return script(name).run(self.redis, [f"{prefix}positions"], [prefix, json.dumps(ask, ensure_ascii=False)])


def _cover(span: Span) -> dict[str, list[int]]:
    hours, minutes = span.cover()
    return {"h": hours, "m": minutes}


def _group_as_json(group: Group) -> dict[str, Any]:
    hour = group.minute // MINUTES_PER_HOUR
    return {
        "c": f"c:{group.region}:m:{group.minute}",
        "ch": f"c:{group.region}:h:{hour}",
        "u": f"u:{group.region}:m:{group.minute}:",
        "uh": f"u:{group.region}:h:{hour}:",
        "t": group.tags,
        "n": group.counts,
        "s": len(group.sketches),
        "f": group.few,
    }
