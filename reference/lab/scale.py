"""What fanout costs over a follow graph of millions, edge by edge: push, pull, hybrid, tiered, and each edge by itself.

    model = ScaleModel.generate(users=1_000_000, edges=50_000_000)      # once; a graph of your own: ScaleModel.from_edges(load_edges(path))
    model.sweep([1_000, 10_000, 100_000], dormant_share=0.5)            # then every question takes milliseconds

`python -m reference.lab.scale --users 1000000 --edges 50000000` prints a sweep; `--engine spark --master URL` makes and counts the graph
on a cluster, by the same queries (`sql/scale_*.sql`).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reference.lab.edges import FollowGraph
from reference.lab.large_graph import lognormal_levels
from reference.lab.scale_aggregate import GENERATED, LEVELS, PAGE_READERS, Aggregate, aggregate
from reference.lab.scale_engines import open_engine
from reference.lab.scale_graph import ScaleGraph
from reference.lab.scale_load import SECONDS_PER_DAY, Activity, Fleet
from reference.lab.scale_own import OwnGraph
from reference.lab.scale_questions import Questions
from reference.lab.threshold_model import PURE_PULL, PURE_PUSH, THRESHOLDS, costs
from reference.twitter.errors import InvalidInput, Unavailable, require, require_int

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PURE_PULL", "PURE_PUSH", "SWEEP", "Activity", "Fleet", "ScaleGraph", "ScaleModel"]

SWEEP = (PURE_PULL, 30, 100, 300, 1_000, 3_000, 5_000, 10_000, 30_000, 100_000, PURE_PUSH)
POLICIES = ("push", "pull", "hybrid", "tiered", "per_edge")


class ScaleModel:
    """A follow graph that was looked at once, and the questions: `sweep` over thresholds, `policy` by name, `shape` of the graph.

    users, edges: how many there are. Costs are linear: `push_cost` (H) for a delivery, `pull_cost` (L) for an author looked up in a read.
    """

    def __init__(self, found: Aggregate, activity: Activity | None = None, levels: dict[str, np.ndarray] | None = None) -> None:
        self.users, self.edges = found.users, found.edges
        self.activity = activity or Activity()
        self._authors = found.authors
        self._questions = Questions(found, levels or _lognormal(self.activity))

    @classmethod
    def generate(
        cls, users: int = 1_000_000, edges: int = 50_000_000, tail_exponent: float = 2.3, reciprocity: float = 0.25, seed: int = 2026,
        engine: str = "duckdb", master: str = "local[2]", activity: Activity | None = None, max_followers: int | None = None,
        memory_mb: int | None = None, progress: bool | None = None,
    ) -> ScaleModel:  # fmt: skip
        """A model over a graph that is made in the engine: see `ScaleGraph` for its shape; equal arguments, equal graph on every engine.

        memory_mb: what DuckDB may hold before it writes to a temporary folder (None: 10 bytes an edge, at least 500 MB); progress: a bar
        on stderr (None: on a terminal). Raises InvalidInput; Unavailable without pyspark. 1 M users, 50 M edges: about 10 s.
        """
        graph = ScaleGraph(users, edges, tail_exponent, reciprocity, seed, max_followers)
        opened = open_engine(engine, _memory(memory_mb, edges), master)
        try:
            for name, columns in graph.tables().items():
                opened.put(name, columns)
            opened.put("accounts", {"id": np.arange(users, dtype=np.int32)})
            return cls(aggregate(opened, GENERATED, {**graph.parameters(), **_sample(users)}, progress), activity)
        finally:
            opened.close()

    @classmethod
    def from_edges(
        cls, edges: FollowGraph | pd.DataFrame, users: pd.DataFrame | None = None, seed: int = 2026, engine: str = "duckdb",
        master: str = "local[2]", activity: Activity | None = None, memory_mb: int | None = None, progress: bool | None = None,
    ) -> ScaleModel:  # fmt: skip
        """A model over a graph of your own: what `load_edges` returns, or a frame with follower_id and followee_id (duplicates and
        self-follows are dropped).

        users: frame with id, tweets_per_day, reads_per_day and, if you know it, dormant; accounts without edges count. Tweet rates become
        64 levels and reading rates 16, each at the mean of its edges (on the shipped dataset costs are within 0.3 % of the exact ones).
        Without `users`, rates are hashed as in a generated graph. Raises InvalidInput.
        """
        own = OwnGraph(edges, users, activity or Activity())
        opened = open_engine(engine, _memory(memory_mb, own.edges), master)
        try:
            made = own.load(opened)
            found = aggregate(opened, made, {"seed": seed, **_sample(own.users)}, progress)
            return cls(found, own.activity, own.levels)
        finally:
            opened.close()

    def sweep(
        self, thresholds: Iterable[float] = THRESHOLDS, push_cost: float = 1.0, pull_cost: float = 1.0, dormant_share: float | None = None,
        rate_correlation: float | None = None, policy: str = "hybrid", verified_share: float = 0.1, fleet: Fleet | None = None,
    ) -> pd.DataFrame:  # fmt: skip
        """One row a threshold, ascending; `policy` is "hybrid" or "tiered". Columns: policy, threshold, writes_per_s, lookups_per_s,
        cost_per_s, vs_push, bytes_per_s, memory_bytes, workers, largest_fanout, time_to_visible_s, celebrities, pulls_per_read_mean,
        pulls_per_read_p99.

        math.inf is pure push, 0 pure pull. tiered: from verified_share · threshold followers on, only active readers are pushed to.
        dormant_share, rate_correlation: None takes the model's own. pulls_per_read: authors looked up in one page read, over page reads
        (p99: of a sample of 4,000 readers). Raises InvalidInput. 10–50 ms, however many edges there were.
        """
        chosen = sorted({float(threshold) for threshold in thresholds})
        require(bool(chosen) and chosen[0] >= 0, f"thresholds must be numbers of followers >= 0, not {chosen}")
        require(policy in ("hybrid", "tiered"), f"policy of a sweep must be 'hybrid' or 'tiered', not {policy!r}")
        require(0 <= verified_share <= 1, f"verified_share must be 0 … 1, not {verified_share}")
        tier = verified_share if policy == "tiered" else 1.0
        activity = self._activity(dormant_share, rate_correlation)
        answer = self._questions.thresholds(chosen, [threshold * tier if tier else 0.0 for threshold in chosen], activity)
        return self._rows(answer, policy, chosen, (push_cost, pull_cost), activity, fleet or Fleet())

    def policy(self, name: str, threshold: float = 10_000, push_cost: float = 1.0, pull_cost: float = 1.0, **others: Any) -> dict[str, Any]:
        """One row of `sweep` as a dict: "push", "pull", "hybrid", "tiered" (both at `threshold`), or "per_edge", the optimum of
        Silberstein et al., "Feeding Frenzy" (SIGMOD 2010): push along an edge iff reads a day ÷ tweets a day >= H / L.

        others: as in `sweep`. Nothing that decides edge by edge is cheaper than per_edge; nobody is a celebrity to it (0).
        """
        require(name in POLICIES, f"policy must be one of {', '.join(POLICIES)}, not {name!r}")
        if name == "per_edge":
            return self._per_edge(push_cost, pull_cost, **others)
        threshold = {"push": PURE_PUSH, "pull": PURE_PULL}.get(name, threshold)
        frame = self.sweep([threshold], push_cost, pull_cost, policy="tiered" if name == "tiered" else "hybrid", **others)
        return {**frame.iloc[0].to_dict(), "policy": name}

    def shape(self) -> dict[str, float]:
        """What graph this is: users, edges, largest_account, top_1_percent_share, tail_exponent (Hill's estimate over the top 5 %),
        without_followers."""
        frame = self._authors.sort_values("followers", ascending=False)
        followers, accounts = frame["followers"].to_numpy(dtype=float), frame["accounts"].to_numpy(dtype=float)
        ranks, held = np.cumsum(accounts), np.cumsum(accounts * followers)
        top = np.maximum(0, np.minimum(accounts, 0.05 * self.users - ranks + accounts))
        least = followers[top > 0][-1]
        spread = (top @ np.log(np.maximum(followers, 1) / max(least, 1))) / top.sum()
        return {
            "users": self.users, "edges": self.edges, "largest_account": float(followers[0]),
            "top_1_percent_share": float(np.interp(0.01 * self.users, np.append(0, ranks), np.append(0, held)) / self.edges),
            "tail_exponent": float(1 + 1 / spread) if spread > 0 else math.inf,
            "without_followers": float(accounts[followers == 0].sum()),
        }  # fmt: skip

    def _per_edge(
        self, push_cost: float, pull_cost: float, dormant_share: float | None = None, rate_correlation: float | None = None,
        fleet: Fleet | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        activity = self._activity(dormant_share, rate_correlation)
        answer = self._questions.per_edge(push_cost, pull_cost, activity)
        return self._rows(answer, "per_edge", [math.nan], (push_cost, pull_cost), activity, fleet or Fleet()).iloc[0].to_dict()

    def _activity(self, dormant_share: float | None, rate_correlation: float | None) -> Activity:
        asked = {"dormant_share": dormant_share, "rate_correlation": rate_correlation}
        return replace(self.activity, **{name: value for name, value in asked.items() if value is not None})

    def _rows(
        self, answer: pd.DataFrame, policy: str, thresholds: list[float], costs_of: tuple[float, float], activity: Activity, fleet: Fleet
    ) -> pd.DataFrame:
        import pandas as pd

        price = costs(*costs_of)
        writes, lookups = answer["deliveries_per_day"] / SECONDS_PER_DAY, answer["lookups_per_day"] / SECONDS_PER_DAY
        cost = price["push_cost"] * writes + price["pull_cost"] * lookups
        everything = price["push_cost"] * self._questions.push_everything(activity) / SECONDS_PER_DAY
        timelines, largest = answer["timelines_share"] * self.users, answer["largest_fanout"]
        return pd.DataFrame({
            "policy": policy, "threshold": thresholds, "writes_per_s": writes, "lookups_per_s": lookups, "cost_per_s": cost,
            "vs_push": cost / everything, "bytes_per_s": fleet.bytes_per_s(writes, lookups),
            "memory_bytes": fleet.memory_bytes(timelines, answer["pulled_authors"]), "workers": [fleet.workers(rate) for rate in writes],
            "largest_fanout": largest, "time_to_visible_s": fleet.time_to_visible_s(largest), "celebrities": answer["celebrities"],
            "pulls_per_read_mean": answer["lookups_per_day"] / self._questions.reads_per_day(activity),
            "pulls_per_read_p99": answer["pulls_per_read_p99"],
        })  # fmt: skip


def _lognormal(activity: Activity) -> dict[str, np.ndarray]:
    """Factors of the eight levels of a generated graph, equally likely, of mean 1."""
    return {"author": lognormal_levels(activity.tweet_spread, LEVELS)[1], "reader": lognormal_levels(activity.read_spread, LEVELS)[1]}


def _sample(users: int) -> dict[str, float]:
    return {"every": max(1, users // PAGE_READERS)}


def _memory(memory_mb: int | None, edges: int) -> int:
    return max(500, 200 + edges // 100_000) if memory_mb is None else require_int("memory_mb", memory_mb, 100)


def main(argv: list[str] | None = None) -> int:
    """Print the sweep of eleven thresholds over a generated graph."""
    parser = argparse.ArgumentParser(prog="python -m reference.lab.scale", description=main.__doc__)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--edges", type=int, default=50_000_000)
    parser.add_argument("--tail-exponent", type=float, default=2.3)
    parser.add_argument("--reciprocity", type=float, default=0.25)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--engine", choices=["duckdb", "spark"], default="duckdb")
    parser.add_argument("--master", default="local[2]", help="Spark's master URL")
    parser.add_argument("--push-cost", type=float, default=1.0)
    parser.add_argument("--pull-cost", type=float, default=1.0)
    asked = vars(parser.parse_args(argv))
    prices = {name: asked.pop(name) for name in ("push_cost", "pull_cost")}
    try:
        model = ScaleModel.generate(**asked, progress=None)
        frame = model.sweep(SWEEP, **prices)
    except (InvalidInput, Unavailable) as error:
        print(error, file=sys.stderr)
        return 2
    print(", ".join(f"{name} {value:,.6g}" for name, value in model.shape().items()))
    print(frame.drop(columns="policy").to_string(index=False, float_format="{:,.6g}".format))
    return 0


if __name__ == "__main__":
    sys.exit(main())
