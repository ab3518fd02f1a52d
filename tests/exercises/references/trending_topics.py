from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from reference.twitter.backend import connect
from reference.twitter.clock import ManualClock, datetime_from_ms
from reference.twitter.hashtags import hashtags_of
from reference.twitter.trends import TrendPolicy, TrendTracker


def asked_tags(v: SimpleNamespace) -> Callable[[str], list[str]]:
    return lambda text: hashtags_of(text)[: v.most]


class Window:
    """The tracker with the window, the floor, the bar and the smoothing that are asked for; it ranks by its own score."""

    def __init__(self, v: SimpleNamespace) -> None:
        self.clock = ManualClock(1_768_219_200)
        window_s = v.window_min * 60
        policy = TrendPolicy(v.people, 0.0, float(v.times), float(v.add), windows_s=(window_s,), refresh_s=0)
        self.tracker, self.window_s = TrendTracker(connect("fakeredis://"), self.clock, policy), window_s

    def record(self, tag: str, user_id: int, at_s: int) -> None:
        self.clock.advance(max(0, at_s - self.clock.now()))
        self.tracker.record(tag, user_id, at=datetime_from_ms(at_s * 1000))

    def top(self, now_s: int, n: int) -> list[str]:
        self.clock.advance(max(0, now_s - self.clock.now()))
        return [trend.tag for trend in self.tracker.top(n, window_s=self.window_s)]


class Slots:
    """The tracker over a window as long as all slots: it slides by the minute."""

    def __init__(self, v: SimpleNamespace, redis: Any, clock: Any) -> None:
        self.window_s = v.window_min * 60
        policy = TrendPolicy(v.people, 0.0, 0.0, windows_s=(self.window_s,), refresh_s=0)
        self.tracker = TrendTracker(redis, clock, policy)

    def process(self, tag: str, user_id: int, at_s: int) -> None:
        self.tracker.record(tag, user_id, at=datetime_from_ms(at_s * 1000))

    def trending(self, limit: int) -> list[tuple[str, int]]:
        return [(trend.tag, trend.unique_users) for trend in self.tracker.top(limit, window_s=self.window_s)]


REFERENCES = {
    "trend-tags": asked_tags,
    "trend-window": lambda v: lambda: Window(v),
    "trend-mend": lambda v: lambda redis, clock: Slots(v, redis, clock),
}
