"""The questions of the scale model, asked of the aggregate in DuckDB: one thread, so that sums have the same digits each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from reference.lab.scale_aggregate import PERCENTILES, Aggregate
from reference.lab.scale_engines import DuckEngine, Engine
from reference.lab.scale_load import Activity
from reference.lab.threshold_model import costs

if TYPE_CHECKING:
    import pandas as pd

MEMORY_MB = 2_000


class Questions:
    """What deliveries, lookups and pulls come to a day. What a question shares with the one before it is kept."""

    def __init__(self, found: Aggregate, levels: Mapping[str, np.ndarray], engine: Engine | None = None) -> None:
        self._db: Engine = engine or DuckEngine(MEMORY_MB, threads=1)
        for name in ("authors", "slices", "page_readers", "page_edges"):
            self._db.put(name, getattr(found, name))
        for side, factors in levels.items():
            self._db.put(f"{side}_levels", {f"{side}_level": np.arange(len(factors)), "factor": factors})
        self._db.make("classes", "classes")
        self._reader_class, self._accounts = (found.readers[name].to_numpy() for name in ("reader_class", "accounts"))
        self._factors = levels["reader"]
        self._rates_of: tuple[float, ...] = ()
        self._readers_of: tuple[float, ...] = ()
        self._pulls_of: tuple[float, ...] = ()

    def thresholds(self, thresholds: Sequence[float], verified_from: Sequence[float], activity: Activity) -> pd.DataFrame:
        """For each threshold: deliveries_per_day, lookups_per_day, largest_fanout, celebrities, pulled_authors, pulls_per_read_p99,
        timelines_share. `verified_from` as in scale_thresholds.sql; both ascending."""
        given = self._set(activity)
        asked = (*thresholds, *verified_from)
        if asked != self._pulls_of:  # whom a page pulls depends on nothing else
            places = np.arange(1, len(thresholds) + 1)
            self._db.put("asked", {"place": places, "threshold": np.array(thresholds), "verified_from": np.array(verified_from)})
            self._db.make("pulls", "pulls")
            self._pulls_of = asked
        return self._with_pages("thresholds", given)

    def per_edge(self, push_cost: float, pull_cost: float, activity: Activity) -> pd.DataFrame:
        """The same for the optimum of each edge: one row."""
        given = {**self._set(activity), **costs(push_cost, pull_cost)}
        self._pulls_of = ()
        self._db.put("asked", {"place": np.array([1])})
        self._db.make("pulls", "pulls_per_edge", **given)
        return self._with_pages("per_edge", given)

    def push_everything(self, activity: Activity) -> float:
        """Deliveries a day when every edge is pushed."""
        self._set(activity)
        return self._deliveries

    def reads_per_day(self, activity: Activity) -> float:
        """Home reads a day of all accounts."""
        rates = self._reader_rates(activity)
        asleep = rates["dormant_share"]
        return float(self._accounts @ (asleep * activity.reads_per_dormant + (1 - asleep) * rates["reads_per_day"]))

    def _with_pages(self, query: str, given: Mapping[str, float]) -> pd.DataFrame:
        return self._db.ask(query, **given).merge(self._db.ask("pages", **given), on="place")

    def _reader_rates(self, activity: Activity) -> dict[str, np.ndarray]:
        level, percentile = np.divmod(self._reader_class, PERCENTILES)
        return {
            "reader_class": self._reader_class,
            "dormant_share": np.clip(activity.dormant_share * PERCENTILES - percentile, 0, 1),
            "reads_per_day": activity.reads_per_active * self._factors[level],
        }

    def _set(self, activity: Activity) -> dict[str, float]:
        """Rates of authors and readers are those of this activity from here on. What the queries may name of it."""
        asleep, part = divmod(activity.dormant_share * PERCENTILES, 1)
        given = {**asdict(activity), "asleep": int(asleep), "part": part, "last_asleep": int(asleep) + (part > 0)}
        authors = (activity.tweets_per_user, activity.rate_correlation)
        if authors != self._rates_of:
            given["tweet_unit"] = float(self._db.ask("tweet_unit", **given).iloc[0, 0])
            self._db.make("rates", "rates", **given)
            self._deliveries = float(self._db.ask("deliveries").iloc[0, 0])
            self._rates_of = authors
        readers = (activity.dormant_share, activity.reads_per_active)
        if readers != self._readers_of:
            self._db.put("reader_rates", self._reader_rates(activity))
            self._readers_of = readers
        return given
