"""Uses of tags told to a judged window, what trends by the rule that is asked, and how much an object holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from reference.contracts import Broken
from reference.study.answers import plain

MINUTE_S = 60
NOON_S = 1_768_219_200
TIES = ("fewer uses", "more uses")


class World:
    """A judged object, the uses that it was told of, and what is right."""

    def __init__(self, answer: Any, v: SimpleNamespace) -> None:
        self.v, self.trends = v, answer()
        odd_minute = NOON_S // MINUTE_S // v.window_min * v.window_min + v.window_min - 2  # no edge of anything
        self.now_s = odd_minute * MINUTE_S + 30
        self.uses: list[tuple[str, int, int]] = []
        self.story: list[str] = []

    def use(self, tag: str, users: Iterable[int], minutes_ago: float = 0) -> None:
        users, at_s = list(users), self.now_s - round(minutes_ago * MINUTE_S)
        for user in users:
            self.trends.record(tag, user, at_s)
            self.uses.append((tag, user, at_s))
        when = f", {minutes_ago:g} min ago" if minutes_ago else ""
        people = f"{len(set(users))} people" + (f", {len(users)} times" if len(set(users)) < len(users) else "")
        self.story.append(f"#{tag} by {people}{when}")

    def wait(self, minutes: float) -> None:
        self.now_s += round(minutes * MINUTE_S)
        self.story.append(f"{minutes:g} min pass")

    def top(self, n: int = 10) -> list[str]:
        got = plain(self.trends.top(self.now_s, n))
        if not isinstance(got, tuple) or not all(isinstance(tag, str) for tag in got):
            raise Broken("a list of tags", repr(got), "Return the tags only, as text, best first.", self.given())
        return list(got)

    def shows(self, *tags: str, n: int = 10, hint: str | None = None) -> None:
        if (got := self.top(n)) != list(tags):
            raise Broken(f"top {n}: {list(tags)}", f"{got}", hint, self.given())

    def given(self) -> str:
        v, shown = self.v, self.story if len(self.story) <= 8 else ["…", *self.story[-8:]]
        return f"{v.window_min} min, {v.people} people, {v.times}×, + {v.add}; {', '.join(shown)}"

    def bar(self, before: int) -> int:
        """The fewest people that make a trend after so many in the window before."""
        return max(self.v.people, self.v.times * (before + self.v.add) - self.v.add)

    def right(self, n: int) -> list[str]:
        last, v = self.now_s // MINUTE_S, self.v
        now, before = (self._between(last - back * v.window_min + 1, last - (back - 1) * v.window_min) for back in (1, 2))
        sign = 1 if v.tie == TIES[0] else -1
        found = []
        for tag, users in now.items():
            people, earlier = len(set(users)), len(set(before.get(tag, ())))
            if people >= v.people and people + v.add >= v.times * (earlier + v.add):
                found.append((-people, sign * len(users), tag))
        return [tag for *_, tag in sorted(found)][:n]

    def _between(self, first: int, last: int) -> dict[str, list[int]]:
        found = defaultdict(list)
        for tag, user, at_s in self.uses:
            if first <= at_s // MINUTE_S <= last:
                found[tag].append(user)
        return found


def held(thing: Any, depth: int = 8) -> int:
    """How many entries the containers in `thing` hold, all together."""
    if depth == 0 or isinstance(thing, str | bytes | int | float | None):
        return 0
    if isinstance(thing, dict):
        return len(thing) + sum(held(each, depth - 1) for each in dict.values(thing))
    if hasattr(thing, "__iter__") and hasattr(thing, "__len__"):
        return len(thing) + sum(held(each, depth - 1) for each in thing)
    return held(dict(getattr(thing, "__dict__", {})), depth - 1)
