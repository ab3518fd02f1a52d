"""Scores of trends side by side: what is known of every tag at every look, in one table, and what each score makes of it.

The windows are exact (sliding, distinct people), so that a score is judged by itself and not by the mistakes in its counters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from reference.lab.trend_lessons import CITY, MS_PER_MINUTE, baseline_of, first_minute, judge, uses_of
from reference.lab.workload import Workload
from reference.twitter.trend_counters import span_weights
from reference.twitter.trend_window import MINUTES_PER_HOUR, Span
from reference.twitter.trends import Baseline, TrendPolicy

if TYPE_CHECKING:
    import pandas as pd

HOURS = 48


def watch(data: Workload, step_min: int = 10) -> pd.DataFrame:
    """What is known of every tag at every look: one row per (moment, tag used in the 60 minutes before), the most used first.

    Columns: at_ms (the window's last ms), tag, count, people (distinct), previous (uses in the preceding 60 minutes), recent (weighted by
    age as in `TrendPolicy`), expected (by the baseline), history (mean uses over the hours before these days that have any; NaN: none),
    kind (real, while a real burst lasts and an hour longer; bot; everyday). First look one hour after the first tweet. O(rows).
    """
    import pandas as pd

    uses, baseline = uses_of(data), baseline_of(data)
    names, looks = _Sliding(uses), range(MINUTES_PER_HOUR // step_min, HOURS * MINUTES_PER_HOUR // step_min + 1)
    start = first_minute(data)
    parts = [names.at(Span(start + look * step_min - MINUTES_PER_HOUR, start + look * step_min - 1), baseline) for look in looks]
    table = pd.concat(parts, ignore_index=True)
    before = data.hashtag_hours[data.hashtag_hours["hour_ms"] < start * MS_PER_MINUTE]
    table["history"] = table["tag"].map(before.groupby("tag")["count"].mean())
    table["kind"] = _kinds(table, data)
    return table.sort_values(["at_ms", "count", "tag"], ascending=[True, False, True], ignore_index=True)


def at(table: pd.DataFrame, day: int, clock: str) -> pd.DataFrame:
    """The rows of one look: `day` 1 or 2, `clock` "17:40" (UTC)."""
    hours, minutes = map(int, clock.split(":"))
    first = int(table["at_ms"].iloc[0]) + 1 - 60 * MS_PER_MINUTE
    return table[table["at_ms"] == first + (((day - 1) * 24 + hours) * 60 + minutes) * MS_PER_MINUTE - 1]


def ours(table: pd.DataFrame, policy: TrendPolicy = CITY) -> pd.Series:
    """`TrendPolicy.score` of all rows at once; 0 where `may_trend` says no."""
    usual = table[["previous", "expected"]].max(axis=1)
    velocity = (table["count"] + policy.smoothing) / (usual + policy.smoothing)
    diversity = (table["people"] / table["count"]).clip(upper=1)
    score = table["recent"] * np.log2(velocity) * diversity
    listed = (table["people"] >= policy.min_unique_users) & (diversity >= policy.min_diversity) & (velocity >= policy.min_velocity)
    return score.where(listed, 0).clip(lower=0)


def design_c(table: pd.DataFrame, people: float = 100) -> pd.Series:
    """C's score on counts that are right: volume over the mean of its hours (1 without any) × people / 100, at most 2; above 1.5.

    people: instead of 100, for a smaller world.
    """
    score = table["count"] / table["history"].fillna(1) * (table["people"] / people).clip(upper=2)
    return score.where(score > 1.5, 0)


def design_e(table: pd.DataFrame, least: int = CITY.min_unique_users) -> pd.Series:
    """E's score on sliding windows: people × this hour / the hour before (1 if there was none), from `least` people on (E: 1,000)."""
    return (table["people"] * table["count"] / table["previous"].clip(lower=1)).where(table["people"] >= least, 0)


def top(table: pd.DataFrame, score: pd.Series, n: int = 5) -> pd.DataFrame:
    """The rows with the `n` best scores above 0 of each look, with score and place (1 …); of equal scores the more used one leads."""
    scored = table.assign(score=score)[score > 0].sort_values(["at_ms", "score"], ascending=[True, False], kind="stable", ignore_index=True)
    scored["place"] = scored.groupby("at_ms").cumcount() + 1
    return scored[scored["place"] <= n].reset_index(drop=True)


def compare(table: pd.DataFrame, scores: dict[str, pd.Series], n: int = 5) -> pd.DataFrame:
    """For each score, who holds the first `n` places (all looks together), and what the lists find.

    Columns: real bursts, bots, everyday tags (places held); real found, bots listed (tags); precision (share of listed tags that are real).
    """
    import pandas as pd

    rows = {}
    for name, score in scores.items():
        listed = top(table, score, n)
        tags = {kind: set(listed.loc[listed["kind"] == kind, "tag"]) for kind in ("real", "bot", "everyday")}
        places = [int((listed["kind"] == kind).sum()) for kind in tags]
        precision = round(len(tags["real"]) / listed["tag"].nunique(), 3) if len(listed) else 1.0
        rows[name] = [*places, len(tags["real"]), len(tags["bot"]), precision]
    columns = ["real bursts", "bots", "everyday tags", "real found", "bots listed", "precision"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype({"precision": object})  # a row keeps its whole numbers


def how_soon(data: Workload, policy: TrendPolicy = CITY, n: int = 10, within_min: int = 60) -> pd.DataFrame:
    """How soon our score lists each real burst of these days, looking every minute from its labelled start on; one row per tag.

    Columns: people (in all), people after 5 min, then in minutes after the labelled start: 20 people (when the last of
    `policy.min_unique_users` distinct people tweeted) and listed (among the first `n`; NaN: not `within_min`); and behind the crowd,
    the minutes from the one to the other. O(bursts · minutes · uses of an hour).
    """
    import pandas as pd

    uses, baseline = uses_of(data), baseline_of(data)
    names, crowd = _Sliding(uses), policy.min_unique_users
    bursts = data.bursts[(data.bursts["kind"] == "real") & (data.bursts["start_ms"] >= int(uses["at_ms"].iloc[0]))]
    lists = [look for burst in bursts.itertuples() for look in _first_lists(names, baseline, burst, policy, n, within_min)]
    found = judge(lists, data, uses, crowd)
    rows = {}
    for burst in bursts.itertuples():
        early = uses[(uses["tag"] == burst.tag) & (uses["at_ms"] < burst.start_ms + 5 * MS_PER_MINUTE)]
        listed, behind = (delays.get(burst.tag, np.nan) for delays in (found.delay_from_start_min, found.delay_min))
        rows[burst.tag] = [burst.unique_users, early["user_id"].nunique(), round(listed - behind, 1), round(listed, 1), round(behind, 1)]
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["people", "people after 5 min", f"{crowd} people, min", "listed, min", "behind the crowd, min"]
    )


def _first_lists(
    names: _Sliding, baseline: Baseline, burst: Any, policy: TrendPolicy, n: int, within_min: int
) -> Iterator[tuple[int, list[str]]]:
    """(Unix ms, tags listed) of every minute from the burst's start until it is listed."""
    first = burst.start_ms // MS_PER_MINUTE
    for minute in range(first, first + within_min):
        rows = names.at(Span(minute - MINUTES_PER_HOUR + 1, minute), baseline)
        listed = top(rows, ours(rows, policy), n)["tag"].tolist()
        yield (minute + 1) * MS_PER_MINUTE - 1, listed
        if burst.tag in listed:
            return


class _Sliding:
    """Hashtag uses as arrays, so that a window is a slice. `earlier`: where the same user used the same tag last (-1: never)."""

    def __init__(self, uses: pd.DataFrame) -> None:
        import pandas as pd

        self.minute = uses["at_ms"].to_numpy() // MS_PER_MINUTE
        self.tag, self.names = pd.factorize(uses["tag"])
        pair = self.tag * (int(uses["user_id"].max()) + 1) + uses["user_id"].to_numpy()
        order = np.argsort(pair, kind="stable")
        self.earlier = np.full(len(pair), -1)
        again = pair[order][1:] == pair[order][:-1]
        self.earlier[order[1:][again]] = order[:-1][again]

    def at(self, span: Span, baseline: Baseline) -> pd.DataFrame:
        import pandas as pd

        before, first, end = np.searchsorted(self.minute, [span.preceding().first, span.first, span.last + 1])
        now, n = self.tag[first:end], len(self.names)
        weights = _minute_weights(span)[self.minute[first:end] - span.first]
        count = np.bincount(now, minlength=n)
        used = np.flatnonzero(count)
        columns = {
            "count": count,
            "people": np.bincount(now[self.earlier[first:end] < first], minlength=n),
            "previous": np.bincount(self.tag[before:first], minlength=n),
            "recent": np.bincount(now, weights, minlength=n),
        }
        names, busy = self.names[used], baseline.busy_hours(span)
        expected = [baseline.rates.get((baseline.world, name), 0.0) * busy for name in names]
        facts = {name: values[used] for name, values in columns.items()}
        return pd.DataFrame({"at_ms": span.end_ms - 1, "tag": names, **facts, "expected": expected})


def _minute_weights(span: Span) -> np.ndarray:
    """(minutes,): what a use of each minute of the span counts, as the tracker weighs it (a whole hour has one weight)."""
    hours, minutes = span.cover()
    of_hours, of_minutes = span_weights(span, CITY.half_life)
    weights = np.empty(span.minutes)
    for hour, value in zip(hours, of_hours, strict=True):
        weights[hour * MINUTES_PER_HOUR - span.first :][:MINUTES_PER_HOUR] = value
    weights[np.array(minutes, dtype=np.int64) - span.first] = of_minutes
    return weights


def _kinds(table: pd.DataFrame, data: Workload) -> np.ndarray:
    kinds = np.full(len(table), "everyday", dtype=object)
    bursts = data.bursts[data.bursts["tag"].isin(table["tag"].unique())]
    for burst in bursts.itertuples():
        lasting = (table["at_ms"] >= burst.start_ms) & (table["at_ms"] <= burst.end_ms + 60 * MS_PER_MINUTE)
        kinds[(table["tag"] == burst.tag) & (lasting | (burst.kind == "bot"))] = burst.kind
    return kinds
