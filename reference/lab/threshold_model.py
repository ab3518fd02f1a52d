"""What a follower-count threshold costs, over authors whose edges were aggregated once: a dial that answers in milliseconds.

Linear costs: `push_cost` (H) for one delivery, `pull_cost` (L) for one author looked up in one home read, in a unit of your choice. What a
home read costs under any policy (its own timeline, hydration) is left out: it is the same for all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from reference.twitter.errors import InvalidInput, require

if TYPE_CHECKING:
    import pandas as pd

THRESHOLDS = (100, 1_000, 5_000, 10_000, 100_000, 1_000_000)  # B: 5 K, D: 10 K, A: 100 K, C and E: 1 M
PURE_PUSH, PURE_PULL = math.inf, 0
ONE_THREAD: dict[str, Any] = {"threads": 1}  # sums of floats in one order: the same digits each time


@dataclass(frozen=True)
class Optimum:
    """The cheapest choice: threshold (inf: push everybody, 0: pull everybody), cost a day, and that relative to pure push."""

    threshold: float
    cost_per_day: float
    vs_push: float

    @property
    def corner(self) -> str | None:
        """ "push" or "pull" when the best threshold is no threshold at all, else None."""
        return {PURE_PUSH: "push", PURE_PULL: "pull"}.get(self.threshold)


class ThresholdModel:
    """Authors in classes of `accounts` that are alike: followers, tweets_per_day, reads_per_follower (home reads a day of one follower).

    followees_per_read: followees of whoever opens a home page, averaged over pages: what pure pull looks up in one read.
    """

    def __init__(self, authors: Any, followees_per_read: float) -> None:
        import duckdb

        self.followees_per_read = followees_per_read
        self._db = duckdb.connect(":memory:", config=ONE_THREAD)
        self._table("authors", authors)

    def curve(self, thresholds: Iterable[float] = THRESHOLDS, push_cost: float = 1.0, pull_cost: float = 1.0) -> pd.DataFrame:
        """One row a threshold, ascending: threshold, deliveries_per_day, lookups_per_day, cost_per_day, largest_fanout (deliveries of one
        tweet), celebrities (accounts), celebrity_share, pulled_per_read (celebrities looked up in a home read), vs_push.

        `math.inf` is pure push, 0 pure pull. Raises InvalidInput. O(classes · thresholds): 2 ms each.
        """
        chosen = sorted({float(threshold) for threshold in thresholds})
        require(bool(chosen) and chosen[0] >= 0, f"thresholds must be numbers of followers >= 0, not {chosen}")
        self._table("thresholds", {"threshold": np.array(chosen)})
        frame = self._query("threshold_curve", push_cost, pull_cost, followees_per_read=self.followees_per_read).df()
        return frame.assign(vs_push=frame["cost_per_day"] / self._push_everything(push_cost))

    def optimum_threshold(self, push_cost: float = 1.0, pull_cost: float = 1.0) -> Optimum:
        """The cheapest threshold of all, not only of a grid. As long as rates do not depend on follower counts it is a *corner*: the cost
        per follower is then the same for every author, so either everybody is pushed or everybody pulled."""
        threshold, cost = self._query("best_threshold", push_cost, pull_cost).fetchall()[0]
        return Optimum(threshold, cost, cost / self._push_everything(push_cost))

    @cached_property
    def _totals(self) -> dict[str, float]:
        answer = self._db.execute(
            "SELECT sum(accounts) AS accounts, sum(accounts * followers) AS edges, max(followers) AS largest,"
            " sum(accounts * followers * tweets_per_day) AS deliveries,"
            " sum(accounts * followers * reads_per_follower) AS lookups FROM authors"
        )
        return dict(zip([column[0] for column in answer.description], answer.fetchall()[0], strict=True))

    def _push_everything(self, push_cost: float) -> float:
        return push_cost * self._totals["deliveries"]

    def _cost_row(self, deliveries: float, lookups: float, cost: float, push_cost: float) -> dict[str, float]:
        row = {"deliveries_per_day": deliveries, "lookups_per_day": lookups, "cost_per_day": cost}
        return {**row, "vs_push": cost / self._push_everything(push_cost)}

    def _query(self, name: str, push_cost: float, pull_cost: float, **parameters: float) -> Any:
        return self._db.execute(sql(name), {**costs(push_cost, pull_cost), **parameters})

    def _table(self, name: str, columns: Any) -> None:
        import pandas as pd

        self._db.register("given", pd.DataFrame(columns) if isinstance(columns, Mapping) else columns)
        self._db.execute(f"CREATE OR REPLACE TABLE {name} AS FROM given")
        self._db.unregister("given")


def sql(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return resources.files("reference.lab").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def costs(push_cost: float, pull_cost: float) -> dict[str, float]:
    """Both as parameters of a query; InvalidInput unless they are finite numbers > 0."""
    for name, value in (("push_cost", push_cost), ("pull_cost", pull_cost)):
        if not (isinstance(value, int | float) and math.isfinite(value) and value > 0):
            raise InvalidInput(f"{name} must be a finite number > 0, not {value!r}")
    return {"push_cost": float(push_cost), "pull_cost": float(pull_cost)}
