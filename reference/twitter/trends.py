"""Trending topics: counts and unique users of hashtags per minute, windows as unions of minutes, a ranking kept ready for reading.

    record_many → aggregated in process (trend_batch) → one script call (trend_counters) → minutes in Redis
    refresh, on an interval → windows united, scored by policy (trend_policy) → one hash field → top

What is recorded lands in the minute in which it happened, in whatever order it comes. `exact` computes the same from raw events.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, replace
from datetime import datetime
from typing import Any

import numpy as np

from reference.twitter.clock import NS_PER_MS, Clock, SystemClock, ms_from_datetime
from reference.twitter.errors import InvalidInput, require, require_int
from reference.twitter.hashtags import fold
from reference.twitter.heavy_hitters import HeavyHitters
from reference.twitter.trend_baseline import Baseline
from reference.twitter.trend_batch import Uses, gather
from reference.twitter.trend_counters import Source, TrendCounters
from reference.twitter.trend_policy import Trend, TrendPolicy, Usage
from reference.twitter.trend_window import MS_PER_MINUTE, Span
from reference.twitter.trends_exact import exact, exact_usage

__all__ = ["Baseline", "HeavyHitters", "Trend", "TrendPolicy", "TrendTracker", "exact", "exact_usage"]

WORLD = "*"
AHEAD_MS = 3_600_000
MAX_TAG_CHARS = 280
REGION = re.compile(r"[\w-]{1,64}")
Moments = datetime | Sequence[datetime] | Sequence[int] | np.ndarray | None


class TrendTracker:
    """Records uses of tags and tells which of them trend.

    policy: thresholds and windows; namespace: of its keys; baseline: what is usual (None: only the preceding window counts);
    front: a HeavyHitters that keeps rare tags out of Redis (None: everything is counted, exactly); shards: hash slots to spread tags
    over, fixed for a namespace. `late`: uses left out so far, too old for any window or more than an hour ahead of the clock.
    """

    def __init__(
        self,
        redis: Any,
        clock: Clock | None = None,
        policy: TrendPolicy | None = None,
        namespace: str = "twitter",
        baseline: Baseline | None = None,
        front: HeavyHitters | None = None,
        shards: int = 1,
    ) -> None:
        self.redis, self.clock, self.policy = redis, clock or SystemClock(), policy or TrendPolicy()
        self.baseline, self.front, self.late = baseline, front, 0
        self.counters = TrendCounters(redis, namespace, self.policy.longest_s, shards)
        self._served_key, self._banned_key = f"{namespace}:{{trends}}:served", f"{namespace}:{{trends}}:banned"
        self._recorded, self._fresh = False, set[str]()

    def record(self, tag: str, user_id: int, at: datetime | None = None, region: str | None = None) -> bool:
        """One use of `tag` (without '#') by a user, `at` an aware moment (None: now), in `region` (None: nowhere in particular).

        True when it was counted, False when it came too late for every window. Raises InvalidInput. One script call.
        """
        return self.record_many([tag], [user_id], at, None if region is None else [region]) == 1

    def record_many(
        self,
        tags: Sequence[str],
        user_ids: Sequence[int] | np.ndarray,
        at: Moments = None,
        regions: Sequence[str | None] | None = None,
        source: Source | None = None,
    ) -> int:
        """Many uses at once, in parallel sequences: aggregated here by numpy, sent in one script call. How many were counted.

        at: None (now), one aware datetime for all, aware datetimes, or Unix milliseconds. regions: None or one for each use.
        source: (name, position) of what is recorded, so that a repeat changes nothing: of a name, only growing positions count.
        All or nothing: InvalidInput names what is wrong and nothing is counted. O(n log n): a second for more than a million uses.
        """
        users = _whole_numbers("user_ids", user_ids)
        at_ms = self._moments(at, len(tags))
        _require_equal_lengths(tags=tags, user_ids=users, at=at_ms, regions=tags if regions is None else regions)
        _require_regions(regions)
        uses = gather(tags, users, at_ms, regions, WORLD)
        _require_names(uses.names)
        kept = self._in_time(uses.minute)
        own = int(kept[: len(tags)].sum())
        self.late += len(tags) - own
        uses = uses if kept.all() else uses.where(kept)
        uses, wanted = self._past_the_front(uses)
        self._recorded, self._fresh = True, set()
        return own if self.counters.add(uses, wanted, source) else 0

    def top(self, n: int = 10, window_s: int = 3600, region: str | None = None) -> list[Trend]:
        """The `n` (1 … policy.keep) best trends of the last `window_s` seconds, best first; one command unless a refresh is due.

        As they were at most policy.refresh_s ago; what this tracker recorded itself is always in.
        """
        require_int("n", n, 1, self.policy.keep)
        field = self._field(window_s, region)
        text = None if self._recorded and field not in self._fresh else self.redis.hget(self._served_key, field)
        if text is not None:
            served = json.loads(text)
            if 0 <= self._now_ms() - served["at_ms"] < self.policy.refresh_s * 1000:
                return [Trend(*values) for values in served["trends"][:n]]
        return self.refresh(window_s, region)[:n]

    def refresh(self, window_s: int = 3600, region: str | None = None) -> list[Trend]:
        """Compute the trends anew and put them where `top` reads them (a worker calls this on an interval); policy.keep of them."""
        field = self._field(window_s, region)
        now_ms, span = self._now_ms(), Span.ending_at(self._now_ms(), window_s)
        trends = self._compute(span, region)
        served = {"at_ms": now_ms, "trends": [astuple(trend) for trend in trends]}
        self.redis.hset(self._served_key, field, json.dumps(served, ensure_ascii=False))
        self.redis.expire(self._served_key, self.policy.longest_s)
        self._fresh.add(field)
        return trends

    def ban(self, *tags: str) -> None:
        """These tags are counted on and never shown, from now on."""
        self._change_bans(self.redis.sadd, tags)

    def unban(self, *tags: str) -> None:
        """These tags may be shown again."""
        self._change_bans(self.redis.srem, tags)

    def banned(self) -> set[str]:
        """Banned tags, folded."""
        return set(self.redis.smembers(self._banned_key))

    def _change_bans(self, change: Any, tags: Iterable[str]) -> None:
        folded = [fold(tag) for tag in tags]
        if folded:
            change(self._banned_key, *folded)
            self.redis.unlink(self._served_key)

    def _compute(self, span: Span, region: str | None) -> list[Trend]:
        """Candidates by what they could score at most; users are asked for in that order until nobody left can come in."""
        policy, place = self.policy, region or WORLD
        banned = self.banned()
        found = self.counters.most_used(place, span, policy.half_life, policy.min_unique_users, policy.most_candidates)
        usages = [self._with_baseline(usage, span, region) for usage in found if usage.tag not in banned]
        ceilings = {usage.tag: policy.ceiling(usage) for usage in usages}
        waiting = sorted(
            (u for u in usages if policy.velocity(u) >= policy.min_velocity), key=lambda u: (-ceilings[u.tag], -u.count, u.tag)
        )
        known: list[Usage] = []
        shown: dict[str, str] = {}
        for first in range(0, len(waiting), policy.keep):
            some = waiting[first : first + policy.keep]
            users = self.counters.users(place, span, [usage.tag for usage in some])
            known += [replace(usage, unique_users=users[usage.tag][0]) for usage in some]
            shown |= {tag: written for tag, (_, written) in users.items()}
            best = policy.rank(known)
            if len(best) == policy.keep and first + len(some) < len(waiting) and best[-1].score > ceilings[waiting[first + len(some)].tag]:
                break
        return [replace(trend, tag=shown[trend.tag]) for trend in policy.rank(known)]

    def _with_baseline(self, usage: Usage, span: Span, region: str | None) -> Usage:
        return replace(usage, baseline=self.baseline.expected(usage.tag, span, region)) if self.baseline else usage

    def _past_the_front(self, uses: Uses) -> tuple[Uses, np.ndarray]:
        """(what is counted, for each name whether its users are)."""
        if self.front is None:
            return uses, np.ones(len(uses.names), dtype=bool)
        counts = np.bincount(uses.tag[uses.region == 0], minlength=len(uses.names))
        admitted = self.front.admit(uses.names, counts, self._now_ms())
        if not self.front.counts_too:
            return uses, admitted
        admitted_names = {uses.names[i] for i in np.flatnonzero(admitted).tolist()}
        passed = uses.where(admitted[uses.tag])
        passed.spelling = {pair: times for pair, times in uses.spelling.items() if pair[0] in admitted_names}
        return passed, admitted

    def _in_time(self, minute: np.ndarray) -> np.ndarray:
        """Boolean array: young enough for some window (or the one before it), and not of the far future."""
        now_ms = self._now_ms()
        oldest = Span.ending_at(now_ms, self.policy.longest_s).preceding().first
        return (minute >= oldest) & (minute <= (now_ms + AHEAD_MS) // MS_PER_MINUTE)

    def _now_ms(self) -> int:
        return self.clock.now_ns() // NS_PER_MS

    def _moments(self, at: Moments, n: int) -> np.ndarray:
        if at is None or isinstance(at, datetime):
            return np.full(n, self._now_ms() if at is None else ms_from_datetime(at), dtype=np.int64)
        if len(at) and isinstance(at[0], datetime):
            return np.array([ms_from_datetime(moment) for moment in at], dtype=np.int64)  # type: ignore[arg-type]
        return _whole_numbers("at", at)

    def _field(self, window_s: int, region: str | None) -> str:
        if window_s not in self.policy.windows_s:
            raise InvalidInput(f"window_s must be one of {', '.join(map(str, self.policy.windows_s))}, not {window_s!r}")
        _require_regions([region])
        return f"{region or WORLD}:{window_s}"


def _whole_numbers(name: str, values: Any) -> np.ndarray:
    try:
        array = np.asarray(values)
        if array.dtype.kind in "iu" or not array.size:
            return array.astype(np.int64)
    except (OverflowError, TypeError, ValueError):
        pass
    raise InvalidInput(f"{name} must be whole numbers of at most 63 bits, not {str(values)[:80]}")


def _require_equal_lengths(**columns: Any) -> None:
    lengths = {name: len(values) for name, values in columns.items()}
    require(len(set(lengths.values())) == 1, f"parallel sequences must be of equal length, not {lengths}")


def _require_names(names: list[str]) -> None:
    lengths = list(map(len, names))  # no Python loop over names: a batch may have a hundred thousand
    if names and not (min(lengths) > 0 and max(lengths) <= MAX_TAG_CHARS and not any(map(str.isspace, names))):
        wrong = next(name for name in names if not 0 < len(name) <= MAX_TAG_CHARS or name.isspace())
        raise InvalidInput(f"a tag must have 1 … {MAX_TAG_CHARS} characters, not {wrong[:40]!r}")


def _require_regions(regions: Sequence[str | None] | None) -> None:
    for region in {*regions} if regions is not None else ():
        if region is not None and (not isinstance(region, str) or not REGION.fullmatch(region)):
            raise InvalidInput(f"region must be 1 … 64 letters, digits, '-' or '_', not {region!r}")
