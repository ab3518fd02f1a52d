"""What fanout costs in a large follow graph: a linear model (H per delivery, L per author looked up in a read), on DuckDB.

    model = FanoutModel(LargeGraph())          # 800 M accounts; built once, in a fraction of a second
    model.curve([1_000, 10_000, 1_000_000])    # a dial: milliseconds

What comes out: a threshold bounds the largest fanout of one tweet; what decides the cost is who reads (Silberstein, Terrace, Cooper &
Ramakrishnan, "Feeding Frenzy", SIGMOD 2010). Over real edges: `EdgeModel` and `edge_costs`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference.lab.edge_model import EdgeModel, edge_costs
from reference.lab.large_graph import LargeGraph, author_classes, lognormal_levels
from reference.lab.threshold_model import PURE_PULL, PURE_PUSH, THRESHOLDS, Optimum, ThresholdModel
from reference.twitter.errors import require, require_int

__all__ = [
    "PUBLISHED_DELIVERIES", "PURE_PULL", "PURE_PUSH", "THRESHOLDS", "CelebrityWrites", "EdgeModel", "FanoutModel", "LargeGraph", "Optimum",
    "celebrity_writes", "edge_costs", "implied_deliveries_per_s",
]  # fmt: skip

# Who says how long a celebrity's tweet takes: design, section, followers, seconds.
PUBLISHED_DELIVERIES = (
    ("A", "§9.2", 10_000_000, 5.0),
    ("C", "Deep Dive 1", 10_000_000, 100.0),
    ("E", "§2", 132_000_000, 37 * 3600.0),
)


class FanoutModel(ThresholdModel):
    """The cost model over one `LargeGraph`: `curve` and `optimum_threshold` (see ThresholdModel), and the policies that look at readers.

    Aggregated once, so that every question takes milliseconds. Costs are in units of your choice.
    """

    def __init__(self, graph: LargeGraph | None = None) -> None:
        self.graph = graph or LargeGraph()
        self.classes = author_classes(self.graph)
        super().__init__(self.classes, self.graph.mean_followees)
        shares, factors = lognormal_levels(self.graph.tweet_spread)
        self._table("author_levels", {"share": shares, "factor": factors})
        shares, factors = lognormal_levels(self.graph.read_spread)
        active = 1 - self.graph.dormant_share
        rates = np.append(factors * self.graph.reads_per_active, self.graph.reads_per_dormant)
        self._table("reader_levels", {"share": np.append(shares * active, self.graph.dormant_share), "rate": rates})

    def per_edge_optimum(self, push_cost: float = 1.0, pull_cost: float = 1.0) -> dict[str, float]:
        """Push along an edge iff reads/day ÷ tweets/day ≥ H/L: deliveries_per_day, lookups_per_day, cost_per_day, vs_push.

        No policy that decides edge by edge, hence no threshold either, is cheaper in this model. About 20 ms.
        """
        deliveries, lookups, cost = self._query("per_edge", push_cost, pull_cost).fetchall()[0]
        return self._cost_row(deliveries or 0.0, lookups or 0.0, cost, push_cost)

    def active_only(self, push_cost: float = 1.0, pull_cost: float = 1.0) -> dict[str, float]:
        """Push everything, but only to active readers; a dormant one's rare read rebuilds the timeline, one lookup a followee."""
        deliveries = self._totals["deliveries"] * (1 - self.graph.dormant_share)
        lookups = self._totals["edges"] * self.graph.dormant_share * self.graph.reads_per_dormant
        return self._cost_row(deliveries, lookups, push_cost * deliveries + pull_cost * lookups, push_cost)

    def explain(self, push_cost: float = 1.0, pull_cost: float = 1.0) -> dict[str, float]:
        """The numbers that prose quotes: what graph this is, what pure push and pull cost, what threshold and activity save."""
        totals, best = self._totals, self.optimum_threshold(push_cost, pull_cost)
        edges, holdings = totals["edges"], self.classes["accounts"] * self.classes["followers"]
        ranks = self.classes["last_rank"]
        return {
            "accounts": totals["accounts"], "follows": edges, "largest_account": totals["largest"],
            "median_followers": float(np.interp(0.5 * totals["accounts"], ranks, self.classes["followers"])),
            "top_1_percent_share": float(np.interp(0.01 * totals["accounts"], ranks, np.cumsum(holdings)) / edges),
            "push_cost_per_follower": push_cost * totals["deliveries"] / edges,
            "pull_cost_per_follower": pull_cost * totals["lookups"] / edges,
            "push_deliveries_per_day": totals["deliveries"], "pull_lookups_per_day": totals["lookups"],
            "pull_vs_push": pull_cost * totals["lookups"] / self._push_everything(push_cost),
            "best_threshold": best.threshold, "best_threshold_vs_push": best.vs_push,
            "active_only_vs_push": self.active_only(push_cost, pull_cost)["vs_push"],
            "per_edge_vs_push": self.per_edge_optimum(push_cost, pull_cost)["vs_push"],
        }  # fmt: skip


@dataclass(frozen=True)
class CelebrityWrites:
    """One tweet pushed to everybody: `writes` deliveries, done after `seconds`."""

    writes: int
    seconds: float


def celebrity_writes(followers: int, deliveries_per_s: float) -> CelebrityWrites:
    """One delivery a follower at a given rate. Raises InvalidInput."""
    require_int("followers", followers, 0)
    require(deliveries_per_s > 0, f"deliveries_per_s must be > 0, not {deliveries_per_s}")
    return CelebrityWrites(followers, followers / deliveries_per_s)


def implied_deliveries_per_s(followers: int, seconds: float) -> float:
    """The rate that "`followers` in `seconds`" silently assumes."""
    require(seconds > 0, f"seconds must be > 0, not {seconds}")
    return followers / seconds
