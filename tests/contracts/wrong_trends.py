"""Trackers of trends that are wrong in one way each (those of C, D and E, rewritten: in several). The contract must name the mistake."""

from __future__ import annotations

import math
import threading
import unicodedata
from collections import Counter, defaultdict
from datetime import datetime
from types import SimpleNamespace
from typing import Any

PEOPLE = 5
WINDOWS_S = (3600, 21_600, 86_400)
MINUTE_MS = 60_000
Use = tuple[str, int, int, "str | None"]  # tag as written, user, Unix ms, region


class Sound:
    """Every use kept, every answer computed anew: right and hopelessly slow. The others change one step of it."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.uses: list[Use] = []
        self.bans: set[str] = set()

    def record(self, tag: str, user_id: int, at: datetime | None = None, region: str | None = None) -> None:
        if not tag:
            raise ValueError("a tag must not be empty")
        if at is not None and at.tzinfo is None:
            raise ValueError(f"a moment must be aware, not {at}")
        self.add((tag, user_id, self.moment(at), region))

    def top(self, n: int = 10, window_s: int = 3600, region: str | None = None) -> list[Any]:
        if n < 1 or window_s not in WINDOWS_S:
            raise ValueError(f"no list of {n} over {window_s} s")
        first, last = self.span(window_s)
        now = self.between(first, last, region)
        before = Counter(self.key(use[0]) for use in self.between(first - (last - first + 1), first - 1, region))
        groups: dict[str, list[Use]] = defaultdict(list)
        for use in now:
            groups[self.key(use[0])].append(use)
        found = [self.trend(key, uses, before[key], last, window_s) for key, uses in groups.items() if key not in self.bans]
        return self.cut(sorted((t for t in found if self.may_trend(t)), key=self.rank), n)

    def ban(self, tag: str) -> None:
        self.bans.add(self.key(tag))

    def add(self, use: Use) -> None:
        self.uses.append(use)

    def moment(self, at: datetime | None) -> int:
        return self.now_ms() if at is None else round(at.timestamp() * 1000)

    def now_ms(self) -> int:
        return self.clock.now_ns() // 1_000_000

    def span(self, window_s: int) -> tuple[int, int]:
        last = self.now_ms() // MINUTE_MS
        return last - window_s // 60 + 1, last

    def between(self, first: int, last: int, region: str | None) -> list[Use]:
        return [use for use in self.uses if first <= use[2] // MINUTE_MS <= last and self.in_region(use, region)]

    def in_region(self, use: Use, region: str | None) -> bool:
        return region is None or use[3] == region

    def key(self, tag: str) -> str:
        return unicodedata.normalize("NFC", unicodedata.normalize("NFC", tag).casefold())

    def trend(self, key: str, uses: list[Use], before: int, last: int, window_s: int) -> Any:
        recent = sum(0.5 ** ((last - use[2] // MINUTE_MS) / (window_s / 120)) for use in uses)
        users = self.users(uses)
        velocity = self.velocity(len(uses), before)
        score = recent * users / len(uses) * math.log2(max(1.0, velocity))
        return SimpleNamespace(tag=self.shown(key, uses), count=self.count(uses), unique_users=users, velocity=velocity, score=score)

    def count(self, uses: list[Use]) -> int:
        return len(uses)

    def users(self, uses: list[Use]) -> int:
        return len({use[1] for use in uses})

    def velocity(self, count: int, before: int) -> float:
        return (count + 1) / (before + 1)

    def shown(self, key: str, uses: list[Use]) -> str:
        return Counter(use[0] for use in uses).most_common(1)[0][0]

    def may_trend(self, trend: Any) -> bool:
        return trend.unique_users >= PEOPLE

    def rank(self, trend: Any) -> Any:
        return (-trend.score, trend.tag)

    def cut(self, trends: list[Any], n: int) -> list[Any]:
        return trends[:n]


class CountsForEver(Sound):
    """One sorted set, incremented and never reset."""

    def span(self, window_s: int) -> tuple[int, int]:
        return 0, self.now_ms() // MINUTE_MS


class HourOfTheClock(Sound):
    """One bucket for each hour of the clock: at two minutes past, the list is empty."""

    def span(self, window_s: int) -> tuple[int, int]:
        last = self.now_ms() // MINUTE_MS
        return last // 60 * 60 - window_s // 60 + 60, last


class LatecomersAreNow(Sound):
    """The bucket is that of the worker's clock."""

    def moment(self, at: datetime | None) -> int:
        return self.now_ms()


class CountsSpellingsApart(Sound):
    def key(self, tag: str) -> str:
        return tag


class LowerIsNotCasefold(Sound):
    def key(self, tag: str) -> str:
        return tag.lower()


class ShowsTheFoldedForm(Sound):
    def shown(self, key: str, uses: list[Use]) -> str:
        return key


class RanksByCount(Sound):
    """The same five tags for ever."""

    def rank(self, trend: Any) -> Any:
        return (-trend.count, trend.tag)


class CountsTweetsAsUsers(Sound):
    """A loud dozen passes for a crowd."""

    def users(self, uses: list[Use]) -> int:
        return len(uses)


class AddsUpUsersOfMinutes(Sound):
    """A user of two minutes counts twice: numbers of sketches were added instead of the sketches united."""

    def users(self, uses: list[Use]) -> int:
        return len({(use[1], use[2] // MINUTE_MS) for use in uses})


class IgnoresRegions(Sound):
    def in_region(self, use: Use, region: str | None) -> bool:
        return True


class RegionsAreNotInTheWorld(Sound):
    def in_region(self, use: Use, region: str | None) -> bool:
        return use[3] == region


class WorstFirst(Sound):
    def rank(self, trend: Any) -> Any:
        return (trend.score, trend.tag)


class OneTooMany(Sound):
    def cut(self, trends: list[Any], n: int) -> list[Any]:
        return trends[: n + 1]


class OneWindowForAll(Sound):
    def span(self, window_s: int) -> tuple[int, int]:
        return super().span(3600)


class NoDecay(Sound):
    def trend(self, key: str, uses: list[Use], before: int, last: int, window_s: int) -> Any:
        found = super().trend(key, uses, before, last, window_s)
        found.score = found.unique_users * math.log2(max(1.0, found.velocity))
        return found


class ForgetsBans(Sound):
    def ban(self, tag: str) -> None:
        self.bans.add(tag)


class DropsWhatComesLate(Sound):
    """Once a newer minute has begun, older ones are closed."""

    def add(self, use: Use) -> None:
        if not self.uses or use[2] // MINUTE_MS >= max(known[2] for known in self.uses) // MINUTE_MS:
            super().add(use)


class ReadsAndWritesBack(Sound):
    """Takes the list, adds to it, puts it back: between the two another thread has done the same."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.turn: threading.Barrier | None = None

    def add(self, use: Use) -> None:
        known = list(self.uses)
        if threading.active_count() > 2:
            threading.Event().wait(0.0005)
        self.uses = [*known, use]


class RefusesNothing(Sound):
    def record(self, tag: str, user_id: int, at: datetime | None = None, region: str | None = None) -> None:
        self.add((tag, user_id, self.moment(at), region))

    def top(self, n: int = 10, window_s: int = 3600, region: str | None = None) -> list[Any]:
        return super().top(max(1, n), window_s or 3600, region)


class SplitsItsKeys(Sound):
    """Stores `trend:<tag>:<hour>` and takes the tag out again by splitting."""

    def shown(self, key: str, uses: list[Use]) -> str:
        return f"trend:{super().shown(key, uses)}:17".split(":")[1]


class DesignC(Sound):
    """Counts by HINCRBY, then writes "count:users" into the same hash field: the next HINCRBY fails. One set of users, for ever."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.hourly: dict[str, str] = {}
        self.everybody: dict[str, set[int]] = defaultdict(set)

    def record(self, tag: str, user_id: int, at: datetime | None = None, region: str | None = None) -> None:
        count = int(self.hourly.get(tag, "0")) + 1  # HINCRBY: "ERR hash value is not an integer"
        self.everybody[tag].add(user_id)
        self.hourly[tag] = f"{count}:{len(self.everybody[tag])}"

    def top(self, n: int = 10, window_s: int = 3600, region: str | None = None) -> list[Any]:
        rows = ((tag, *map(int, both.split(":"))) for tag, both in self.hourly.items())
        found = [
            SimpleNamespace(tag=tag, count=count, unique_users=users, score=count * min(users / 100, 2.0)) for tag, count, users in rows
        ]
        return sorted((t for t in found if t.score > 1.5), key=lambda t: -t.score)[:n]


class DesignD(Sound):
    """Minute buckets of the worker's clock, each expiring an hour after its last use, united when read; counts only."""

    def record(self, tag: str, user_id: int, at: datetime | None = None, region: str | None = None) -> None:
        self.add((tag, user_id, self.now_ms(), None))

    def top(self, n: int = 10, window_s: int = 3600, region: str | None = None) -> list[Any]:
        last = self.now_ms() // MINUTE_MS
        counts = Counter(use[0] for use in self.between(last - 59, last, None))
        return [SimpleNamespace(tag=tag, count=count, unique_users=count, score=count) for tag, count in counts.most_common(n)]


class DesignE(Sound):
    """Users by tag and hour of the day (0 … 23), their number as the score of one sorted set that nothing ever leaves."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.sketches: dict[tuple[str, int], set[int]] = defaultdict(set)
        self.everywhere: dict[str, int] = {}

    def record(self, tag: str, user_id: int, at: datetime | None = None, region: str | None = None) -> None:
        hour = self.now_ms() // 3_600_000 % 24
        self.sketches[tag, hour].add(user_id)
        self.everywhere[tag] = len(self.sketches[tag, hour])

    def top(self, n: int = 10, window_s: int = 3600, region: str | None = None) -> list[Any]:
        best = sorted(self.everywhere.items(), key=lambda item: (-item[1], item[0]))
        return [SimpleNamespace(tag=tag, count=users, unique_users=users, score=users) for tag, users in best[:n]]
