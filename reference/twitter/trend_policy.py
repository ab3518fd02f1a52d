"""What "trending" shall mean, as data, and the score that follows from it. No Redis, no clock: stream and batch share this file.

A tag that everybody always uses is popular, not trending: what counts is how far it is above what one would expect of it now.
A handful of accounts that tweet a thousand times is a campaign: what counts is people, not tweets.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from reference.twitter.errors import require, require_int

HOUR_S = 3600
WINDOWS_S = (HOUR_S, 6 * HOUR_S, 24 * HOUR_S)


@dataclass(frozen=True, slots=True)
class Trend:
    """A trending tag, as most often written. `count`: uses, and `unique_users`: distinct accounts, both in the window.

    `velocity`: uses as a multiple of what was expected (1: as ever); `score`: what trends are ranked by.
    """

    tag: str
    count: int
    unique_users: int
    velocity: float
    score: float


@dataclass(frozen=True, slots=True)
class Usage:
    """What is known of a tag: its folded `tag`, uses in the window, in the preceding one (`previous`), and expected by the baseline.

    `recent`: the uses of the window, each weighted by 0.5 ** (age / half-life), so `recent` <= `count`.
    """

    tag: str
    count: int
    recent: float
    previous: int
    baseline: float = 0.0
    unique_users: int = 0


@dataclass(frozen=True, slots=True)
class TrendPolicy:
    """Thresholds and weights.

    min_unique_users: fewer people make no trend (design E asks for 1,000; a small Twitter for 20); min_diversity: people per tweet,
    below it a few accounts repeat themselves; min_velocity: at least so many times what was expected; smoothing: uses added to both
    sides of that ratio, so that 3 after 0 is no explosion; half_life: of a use's weight, as a share of the window;
    windows_s: the windows that are kept, in whole minutes; keep: trends kept ready for reading; refresh_s: how old those may be;
    most_candidates: tags of a window that are looked at, the most used first.
    """

    min_unique_users: int = 3
    min_diversity: float = 0.2
    min_velocity: float = 1.0
    smoothing: float = 1.0
    half_life: float = 0.5
    windows_s: tuple[int, ...] = field(default=WINDOWS_S)
    keep: int = 50
    refresh_s: float = 10.0
    most_candidates: int = 10_000

    def __post_init__(self) -> None:
        require_int("min_unique_users", self.min_unique_users, 1)
        require_int("keep", self.keep, 1, 1000)
        require_int("most_candidates", self.most_candidates, 1)
        require(0 <= self.min_diversity <= 1, f"min_diversity must be 0 … 1, not {self.min_diversity}")
        for name in ("min_velocity", "refresh_s"):
            value = getattr(self, name)
            require(0 <= value < math.inf, f"{name} must be a finite number >= 0, not {value}")
        for name in ("smoothing", "half_life"):
            value = getattr(self, name)
            require(0 < value < math.inf, f"{name} must be a finite number > 0, not {value}")
        require(bool(self.windows_s), "windows_s must name at least one window")
        for window_s in self.windows_s:
            require_int("a window in seconds", window_s, 60, 7 * 24 * HOUR_S)
            require(window_s % 60 == 0, f"a window must be whole minutes, not {window_s} s")

    @property
    def longest_s(self) -> int:
        return max(self.windows_s)

    def velocity(self, usage: Usage) -> float:
        """Uses in the window as a multiple of what was expected: the larger of the preceding window and the baseline."""
        expected = max(usage.previous, usage.baseline)
        return (usage.count + self.smoothing) / (expected + self.smoothing)

    def ceiling(self, usage: Usage) -> float:
        """The highest score that the tag can have, were every use another person's; 0 when it cannot trend at all."""
        velocity = self.velocity(usage)
        if usage.count < self.min_unique_users or velocity < self.min_velocity:
            return 0.0
        return max(0.0, usage.recent * math.log2(velocity))

    def score(self, usage: Usage) -> float:
        """People, the recent ones above all, × how many doublings above what was expected (never below 0)."""
        return self.ceiling(usage) * self.diversity(usage)

    def diversity(self, usage: Usage) -> float:
        """People per tweet, 0 … 1. (HyperLogLog may see a few more people than tweets.)"""
        return min(1.0, usage.unique_users / usage.count) if usage.count else 0.0

    def may_trend(self, usage: Usage) -> bool:
        """Whether the tag has what a trend needs: people, not only tweets, and more than expected."""
        return (
            usage.unique_users >= self.min_unique_users
            and self.diversity(usage) >= self.min_diversity
            and self.velocity(usage) >= self.min_velocity
        )

    def rank(self, usages: Iterable[Usage]) -> list[Trend]:
        """The trends among `usages`, best first; of equal scores the more used one, then by tag. O(k log k)."""
        found = [
            Trend(usage.tag, usage.count, usage.unique_users, self.velocity(usage), self.score(usage))
            for usage in usages
            if self.may_trend(usage)
        ]
        return sorted(found, key=lambda trend: (-trend.score, -trend.count, trend.tag))[: self.keep]
