"""What is usual: the uses of a tag that one would expect in this hour of the week, from the last seven days, by DuckDB.

One week holds one sample of each hour of the week, and for most tags that is 0 or 1. So the two things that a week does tell well are
multiplied: how often the tag is used on average, and how busy this hour of the week is among all.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference.twitter.errors import require, require_int
from reference.twitter.trend_window import MINUTES_PER_HOUR, MS_PER_MINUTE, Span

if TYPE_CHECKING:
    import pandas as pd

MS_PER_HOUR = MINUTES_PER_HOUR * MS_PER_MINUTE
HOURS_PER_DAY = 24
HOURS_PER_WEEK = 7 * HOURS_PER_DAY
MONDAY = 3 * HOURS_PER_DAY  # the epoch was a Thursday, 00:00 UTC: hours of the week count from Monday


def hour_of_week(hour: int) -> int:
    """0 … 167 from Monday 00:00 UTC; `hour`: hours since the epoch."""
    return (hour + MONDAY) % HOURS_PER_WEEK


class Baseline:
    """Expected uses. `rates`: uses per hour of each (region, tag); `season`: how busy each hour of the week is, 1 on average.

    `world`: the region that stands for all. Tags that are not in `rates` are expected 0 times.
    """

    def __init__(self, rates: dict[tuple[str, str], float], season: list[float], world: str = "*") -> None:
        require(len(season) == HOURS_PER_WEEK, f"season must have {HOURS_PER_WEEK} hours, not {len(season)}")
        self.rates, self.season, self.world = rates, season, world

    @classmethod
    def from_hours(cls, hours: pd.DataFrame | Path | str, until_ms: int, days: int = 7, world: str = "*") -> Baseline:
        """From hourly counts that ended by `until_ms`, at most `days` days back.

        `hours`: a DataFrame, or the path of a Parquet file, with hour_ms (start of the hour), tag (folded) and count; a column region,
        where there is one, gives each region its own rates. Tags that were used once only are left out: most are. O(rows).
        """
        import duckdb

        require_int("days", days, 1, 366)
        last = until_ms // MS_PER_HOUR
        with duckdb.connect(":memory:") as connection:
            source = "hours" if not isinstance(hours, (Path, str)) else "read_parquet(?)"
            connection.execute(f"CREATE TEMP TABLE given AS SELECT * FROM {source}", [] if source == "hours" else [str(hours)])
            columns = {row[0] for row in connection.execute("DESCRIBE given").fetchall()}
            connection.execute(
                _RECENT.format(region="region" if "region" in columns else f"'{world}'"), [last - days * HOURS_PER_DAY, last]
            )
            span = connection.execute("SELECT max(hour) - min(hour) + 1 FROM recent").fetchone()
            covered = int(span[0] or 0) if span else 0
            rates = {(region, tag): uses / covered for region, tag, uses in connection.execute(_RATES).fetchall()} if covered else {}
            return cls(rates, _season(connection.execute(_VOLUME).fetchall()), world)

    def expected(self, tag: str, span: Span, region: str | None = None) -> float:
        """Uses of the folded `tag` to expect in `span`."""
        rate = self.rates.get((region or self.world, tag), 0.0)
        return rate * self.busy_hours(span) if rate else 0.0

    def busy_hours(self, span: Span) -> float:
        """The length of `span` in hours, an hour of twice the mean volume counting twice."""
        total, minute = 0.0, span.first
        while minute <= span.last:
            end = min(span.last + 1, (minute // MINUTES_PER_HOUR + 1) * MINUTES_PER_HOUR)
            total += self.season[hour_of_week(minute // MINUTES_PER_HOUR)] * (end - minute) / MINUTES_PER_HOUR
            minute = end
        return total


_RECENT = """CREATE TEMP TABLE recent AS SELECT {region} AS region, tag, hour_ms // 3600000 AS hour, sum(count) AS uses
FROM given WHERE hour_ms // 3600000 >= ? AND hour_ms // 3600000 < ? GROUP BY ALL"""
_RATES = "SELECT region, tag, sum(uses) FROM recent GROUP BY region, tag HAVING sum(uses) > 1"
_VOLUME = "SELECT hour, sum(uses) FROM recent GROUP BY hour"


def _season(volume: list[tuple[Any, Any]]) -> list[float]:
    """Volume of each hour of the week over the mean; an hour of the week not seen takes the mean of its hour of the day, else 1."""
    by_week: dict[int, list[float]] = {}
    by_day: dict[int, list[float]] = {}
    for hour, uses in volume:
        by_week.setdefault(hour_of_week(int(hour)), []).append(float(uses))
        by_day.setdefault(int(hour) % HOURS_PER_DAY, []).append(float(uses))
    mean = sum(float(uses) for _, uses in volume) / len(volume) if volume else 1.0
    samples = (by_week.get(hour) or by_day.get(hour % HOURS_PER_DAY) or [mean] for hour in range(HOURS_PER_WEEK))
    return [sum(sample) / len(sample) / mean for sample in samples]
