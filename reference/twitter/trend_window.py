"""Windows as minutes: a window is the minute under way and the whole minutes before it; the preceding one is as long, just before.

Minute numbers count from the epoch, never 0 … 59: a key that bears only the hour of the day mixes today with yesterday.
A long window is made of whole hours and of the minutes at its two ends, so that 24 h are some 140 buckets and not 1,440.
"""

from __future__ import annotations

from dataclasses import dataclass

MS_PER_MINUTE = 60_000
MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes `first` … `last`, both included, counted from the epoch."""

    first: int
    last: int

    @classmethod
    def ending_at(cls, now_ms: int, window_s: int) -> Span:
        """The `window_s` / 60 minutes of which the last one holds `now_ms`."""
        last = now_ms // MS_PER_MINUTE
        return cls(last - window_s // 60 + 1, last)

    @property
    def minutes(self) -> int:
        return self.last - self.first + 1

    @property
    def start_ms(self) -> int:
        return self.first * MS_PER_MINUTE

    @property
    def end_ms(self) -> int:
        """The first millisecond after the span."""
        return (self.last + 1) * MS_PER_MINUTE

    def preceding(self) -> Span:
        return Span(self.first - self.minutes, self.first - 1)

    def cover(self) -> tuple[list[int], list[int]]:
        """(hours, minutes) that make up the span exactly: each hour that lies in it whole, and the single minutes left over."""
        first_hour = -(-self.first // MINUTES_PER_HOUR)
        end_hour = (self.last + 1) // MINUTES_PER_HOUR
        if end_hour <= first_hour:
            return [], list(range(self.first, self.last + 1))
        head = range(self.first, first_hour * MINUTES_PER_HOUR)
        tail = range(end_hour * MINUTES_PER_HOUR, self.last + 1)
        return list(range(first_hour, end_hour)), [*head, *tail]


def weight(age_minutes: float, half_life_minutes: float) -> float:
    """What a use of that age still counts: 1 now, 0.5 after a half-life."""
    return 0.5 ** (age_minutes / half_life_minutes)


def hour_weight(hour: int, now_minute: int, half_life_minutes: float) -> float:
    """The mean weight of the minutes of `hour`."""
    ages = (now_minute - hour * MINUTES_PER_HOUR - minute for minute in range(MINUTES_PER_HOUR))
    return sum(weight(age, half_life_minutes) for age in ages) / MINUTES_PER_HOUR
