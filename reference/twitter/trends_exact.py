"""The truth: the same windows from the raw events, exactly, by DuckDB. What the stream counts must agree with this."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reference.twitter.clock import ms_from_datetime
from reference.twitter.errors import require
from reference.twitter.trend_baseline import Baseline
from reference.twitter.trend_counters import span_weights
from reference.twitter.trend_policy import Trend, TrendPolicy, Usage
from reference.twitter.trend_window import MINUTES_PER_HOUR, Span

if TYPE_CHECKING:
    import pandas as pd

EVENT_COLUMNS = ("tag", "user_id", "at_ms")
_USAGE = """
WITH used AS (
    SELECT tag, user_id, at_ms // 60000 AS minute FROM events
    WHERE at_ms // 60000 BETWEEN $before AND $last AND ($region IS NULL OR region = $region)
)
SELECT tag, count(*) FILTER (minute >= $first) AS count, count(DISTINCT user_id) FILTER (minute >= $first) AS unique_users,
       count(*) FILTER (minute < $first) AS previous, coalesce(sum(weight) FILTER (minute >= $first), 0.0) AS recent
FROM used LEFT JOIN weights USING (minute)
GROUP BY tag HAVING count(*) FILTER (minute >= $first) > 0 ORDER BY count DESC, tag
"""


def exact_usage(
    events: pd.DataFrame, now: datetime | int, window_s: int = 3600, region: str | None = None, half_life: float = 0.5
) -> pd.DataFrame:
    """Columns tag, count, unique_users, previous, recent, for every tag used in the window, the most used first.

    `events`: one row per use: tag (folded), user_id, at_ms, and region if one is asked for. `now`: aware datetime or Unix ms, in the
    window's last minute. `previous`: uses in the preceding window; `recent`: uses weighted by age (`TrendPolicy.half_life`).
    InvalidInput for missing columns. O(events).
    """
    import duckdb
    import pandas as pd

    needed = [*EVENT_COLUMNS, *(["region"] if region is not None else [])]
    missing = [name for name in needed if name not in events.columns]
    require(not missing, f"events must have the columns {', '.join(needed)}: {', '.join(missing)} is missing")
    require(window_s > 0 and window_s % 60 == 0, f"window_s must be whole minutes, not {window_s}")
    span = Span.ending_at(now if isinstance(now, int) else ms_from_datetime(now), window_s)
    values = {"before": span.preceding().first, "first": span.first, "last": span.last, "region": region}
    with duckdb.connect(":memory:") as connection:
        connection.register("events", events if "region" in events.columns else events.assign(region=None))
        minute_weights = _minute_weights(span, half_life)
        connection.register("weights", pd.DataFrame({"minute": list(minute_weights), "weight": list(minute_weights.values())}))
        return connection.execute(_USAGE, values).df()


def exact(
    events: pd.DataFrame,
    now: datetime | int,
    window_s: int = 3600,
    region: str | None = None,
    policy: TrendPolicy | None = None,
    baseline: Baseline | None = None,
) -> list[Trend]:
    """The trends that a tracker with this policy and baseline must find, best first; arguments as in `exact_usage`."""
    policy = policy or TrendPolicy()
    now_ms = now if isinstance(now, int) else ms_from_datetime(now)
    span = Span.ending_at(now_ms, window_s)
    frame = exact_usage(events, now_ms, window_s, region, policy.half_life)
    rows = zip(*(frame[name].tolist() for name in ("tag", "count", "recent", "previous", "unique_users")), strict=True)
    return policy.rank(
        Usage(tag, count, recent, previous, baseline.expected(tag, span, region) if baseline else 0.0, users)
        for tag, count, recent, previous, users in rows
    )


def _minute_weights(span: Span, half_life: float) -> dict[int, float]:
    """The weight of each minute, as the tracker gives them: whole hours have one."""
    hours, minutes = span.cover()
    of_hours, of_minutes = span_weights(span, half_life)
    spread = {h * MINUTES_PER_HOUR + m: w for h, w in zip(hours, of_hours, strict=True) for m in range(MINUTES_PER_HOUR)}
    return spread | dict(zip(minutes, of_minutes, strict=True))
