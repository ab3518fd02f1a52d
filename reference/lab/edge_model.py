"""What fanout costs over real edges, each one looked at: a dataset, or a learner's own follow graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.lab.threshold_model import ONE_THREAD, ThresholdModel, costs, sql

if TYPE_CHECKING:
    import pandas as pd


class EdgeModel(ThresholdModel):
    """The threshold dial over real edges: `curve`, `optimum_threshold`, and `costs` of six policies.

    follows: frame with follower_id, followee_id; users: id, verified, tweets_per_day, reads_per_day, dormant (as in the dataset).
    O(edges) once; a curve then takes milliseconds.
    """

    def __init__(self, follows: Any, users: Any) -> None:
        import duckdb

        self.follows, self.users = follows, users
        with duckdb.connect(":memory:", config=ONE_THREAD) as connection:
            connection.register("follows", follows)
            connection.register("users", users)
            authors = connection.execute(sql("edge_authors")).df()
        # Those who read more follow more: a page is opened by somebody with more followees than the mean account has.
        lookups = (authors["followers"] * authors["reads_per_follower"]).sum()
        super().__init__(authors, followees_per_read=float(lookups / users["reads_per_day"].sum()))

    def costs(self, push_cost: float = 1.0, pull_cost: float = 1.0, threshold: float = 500) -> pd.DataFrame:
        """`edge_costs` of these edges."""
        return edge_costs(self.follows, self.users, push_cost, pull_cost, threshold)


def edge_costs(follows: Any, users: Any, push_cost: float = 1.0, pull_cost: float = 1.0, threshold: float = 500) -> pd.DataFrame:
    """Six policies over real edges: policy, deliveries_per_day, lookups_per_day, cost_per_day, largest_fanout, vs_push.

    follows: frame with follower_id, followee_id; users: id, verified, tweets_per_day, reads_per_day, dormant (as in the dataset).
    hybrid and tiered pull from `threshold` followers; tiered and "push to active" rebuild dormant readers' timelines when they come.
    Raises InvalidInput. O(edges): 0.1 s for 200 K.
    """
    import duckdb

    with duckdb.connect(":memory:", config=ONE_THREAD) as connection:
        connection.register("follows", follows)
        connection.register("users", users)
        frame = connection.execute(sql("edge_costs"), {**costs(push_cost, pull_cost), "threshold": threshold}).df()
    return frame.assign(vs_push=frame["cost_per_day"] / frame["cost_per_day"].iloc[0])
