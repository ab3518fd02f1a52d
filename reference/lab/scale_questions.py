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
    """What deliveries, lookups and pulls come to a day. Rates and flows are computed when the activity changes, and kept."""

    def __init__(self, found: Aggregate, levels: Mapping[str, np.ndarray], engine: Engine | None = None) -> None:
        self._db: Engine = engine or DuckEngine(MEMORY_MB, threads=1)
        for name in ("authors", "slices", "page_readers", "page_edges"):
            self._db.put(name, getattr(found, name))
        for side, factors in levels.items():
            self._db.put(f"{side}_levels", {f"{side}_level": np.arange(len(factors)), "factor": factors})
        self._reader_class, self._accounts = (found.readers[name].to_numpy() for name in ("reader_class", "accounts"))
        self._factors = levels["reader"]
        self._asked: Activity | None = None
        self._pulled: tuple[float, ...] = ()

    def thresholds(self, thresholds: Sequence[float], verified_from: Sequence[float], activity: Activity) -> pd.DataFrame:
        """For each threshold: deliveries_per_day, lookups_per_day, largest_fanout, celebrities, pulled_authors, pulls_per_read_p99,
        timelines_share. `verified_from` as in scale_thresholds.sql; both ascending."""
        self._set(activity)
        asked = (*thresholds, *verified_from)
        if asked != self._pulled:  # whom a page pulls depends on nothing else
            places = np.arange(1, len(thresholds) + 1)
            self._db.put("asked", {"place": places, "threshold": np.array(thresholds), "verified_from": np.array(verified_from)})
            self._db.make("pulls", "pulls")
            self._pulled = asked
        return self._with_pages(self._db.ask("thresholds"))

    def per_edge(self, push_cost: float, pull_cost: float, activity: Activity) -> pd.DataFrame:
        """The same for the optimum of each edge: one row."""
        self._set(activity)
        prices = {**costs(push_cost, pull_cost), "reads_per_dormant": activity.reads_per_dormant}
        self._pulled = ()
        self._db.put("asked", {"place": np.array([1])})
        self._db.make("pulls", "pulls_per_edge", **prices)
        return self._with_pages(self._db.ask("per_edge", **prices))

    def push_everything(self, activity: Activity) -> float:
        """Deliveries a day when every edge is pushed."""
        self._set(activity)
        return self._deliveries

    def reads_per_day(self, activity: Activity) -> float:
        """Home reads a day of all accounts."""
        rates = self._reader_rates(activity)
        asleep = rates["dormant_share"]
        return float(self._accounts @ (asleep * activity.reads_per_dormant + (1 - asleep) * rates["reads_per_day"]))

    def _with_pages(self, answer: pd.DataFrame) -> pd.DataFrame:
        assert self._asked is not None
        return answer.merge(self._db.ask("pages", reads_per_dormant=self._asked.reads_per_dormant), on="place")

    def _reader_rates(self, activity: Activity) -> dict[str, np.ndarray]:
        level, percentile = np.divmod(self._reader_class, PERCENTILES)
        return {
            "reader_class": self._reader_class,
            "dormant_share": np.clip(activity.dormant_share * PERCENTILES - percentile, 0, 1),
            "reads_per_day": activity.reads_per_active * self._factors[level],
        }

    def _set(self, activity: Activity) -> None:
        """Rates of authors and readers, and the flows between them, for this activity."""
        if activity == self._asked:
            return
        asleep, part = divmod(activity.dormant_share * PERCENTILES, 1)
        given = {**asdict(activity), "asleep": int(asleep), "part": part, "last_asleep": int(asleep) + (part > 0)}
        given["tweet_unit"] = float(self._db.ask("tweet_unit", **given).iloc[0, 0])
        for name in ("rates", "flows"):
            self._db.make(name, name, **given)
        self._db.put("reader_rates", self._reader_rates(activity))
        self._deliveries = float(self._db.ask("deliveries").iloc[0, 0])
        self._asked = activity
