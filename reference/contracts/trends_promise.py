"""What a judged trend tracker promises, and the hands with which the laws of `trends` take hold of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reference.contracts.report import Broken
from reference.twitter.clock import ManualClock, datetime_from_ms

TrackerFactory = Callable[[Any], Any]
NOON_S = 1_768_219_200  # Monday 2026-01-12 12:00 UTC: begins an hour, so that laws can say how far into it they are
MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86_400
SKETCH_ERROR = 0.04  # five standard errors of Redis's HyperLogLog
TOP = 10


@dataclass(frozen=True)
class Promise:
    """The judged factory: `factory(clock)` makes a tracker for which `people` distinct users are enough for a trend."""

    factory: TrackerFactory
    people: int

    def begin(self, into_hour_s: int = 600) -> Judged:
        """A new tracker, so many seconds into an hour."""
        clock = ManualClock(NOON_S + into_hour_s)
        return Judged(self.factory(clock), clock, self.people)


class Judged:
    """One tracker and its clock. Users are numbered from 1; `crowd` is comfortably enough of them."""

    def __init__(self, tracker: Any, clock: ManualClock, people: int) -> None:
        self.tracker, self.clock, self.people = tracker, clock, people
        self.crowd = max(12, 2 * people)

    def ago(self, seconds: float) -> datetime:
        """The aware moment so long before now."""
        return datetime_from_ms(self.clock.now_ns() // 1_000_000 - round(seconds * 1000))

    def use(self, tag: str, users: Iterable[int], at: datetime | None = None, region: str | None = None) -> None:
        """One use by each of `users`."""
        extra: dict[str, Any] = {} if at is None else {"at": at}
        if region is not None:
            extra["region"] = region
        for user in users:
            self.tracker.record(tag, user, **extra)

    def burst(self, tag: str, size: int | None = None, **where: Any) -> int:
        """`size` users (None: the crowd), one use each; how many."""
        size = size or self.crowd
        self.use(tag, range(1, size + 1), **where)
        return size

    def top(self, n: int = TOP, window_s: int = HOUR_S, region: str | None = None) -> list[Any]:
        where = {} if region is None else {"region": region}
        return list(self.tracker.top(n, window_s=window_s, **where))

    def tags(self, **where: Any) -> list[str]:
        return [trend.tag for trend in self.top(**where)]

    def find(self, tag: str, **where: Any) -> Any:
        """The trend of this tag; Broken when it is not listed."""
        found = [trend for trend in self.top(**where) if trend.tag.casefold() == tag.casefold()]
        if not found:
            raise Broken(f"{tag!r} among the trends", f"{self.tags(**where)}")
        return found[0]

    def absent(self, tag: str, because: str, hint: str | None = None, **where: Any) -> None:
        listed = self.tags(**where)
        if tag in listed:
            raise Broken(f"no {tag!r} among the trends: {because}", f"{listed}", hint)


def equal(what: str, expected: Any, got: Any) -> None:
    if expected != got:
        raise Broken(f"{what} {expected!r}", repr(got))


def close(what: str, expected: int, got: int) -> None:
    """Within what a HyperLogLog may err."""
    if abs(got - expected) > max(1, SKETCH_ERROR * expected):
        raise Broken(f"{what} {expected}, give or take {SKETCH_ERROR:.0%}", str(got))


def refused(attempt: Callable[[], Any], expected: str) -> None:
    try:
        answer = attempt()
    except Exception:
        return
    raise Broken(expected, f"the answer {answer!r}")
