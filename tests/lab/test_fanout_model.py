"""The cost model: what must hold of any linear model, and that edges counted one by one agree with it."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from reference.lab import workload
from reference.lab.fanout_model import (
    PUBLISHED_DELIVERIES,
    PURE_PULL,
    PURE_PUSH,
    THRESHOLDS,
    EdgeModel,
    FanoutModel,
    LargeGraph,
    celebrity_writes,
    edge_costs,
    implied_deliveries_per_s,
)
from reference.lab.large_graph import author_classes, lognormal_levels
from reference.twitter.errors import InvalidInput

COSTS = [(1.0, 1.0), (1.0, 0.05), (1.0, 0.4), (3.0, 1.0)]


@pytest.fixture(scope="module")
def model() -> FanoutModel:
    return FanoutModel()


@pytest.fixture(scope="module")
def correlated() -> FanoutModel:
    return FanoutModel(LargeGraph(rate_exponent=0.3))


@pytest.fixture(scope="module")
def village() -> workload.Workload:
    return workload.generate(400, seed=3)


# — the graph —


SMALLER = {"users": 1_000_000, "max_followers": 300_000, "mean_followees": 50}


@pytest.mark.parametrize("shape", [{}, {"tail_exponent": 2.05}, {"tail_exponent": 2.0}, SMALLER])
def test_classes_hold_all_accounts_and_all_follows(shape: dict):
    graph = LargeGraph(**shape)
    classes = author_classes(graph)
    assert classes["accounts"].sum() == graph.users
    assert (classes["accounts"] * classes["followers"]).sum() == pytest.approx(graph.users * graph.mean_followees, rel=1e-6)
    assert (np.diff(classes["followers"]) <= 0).all() and 0 < classes["followers"][0] <= graph.max_followers
    assert (classes["accounts"] * classes["tweets_per_day"]).sum() == pytest.approx(graph.users * graph.tweets_per_user)


def test_the_tail_has_the_exponent_asked_for():
    classes = author_classes(LargeGraph(tail_exponent=2.3))
    accounts_above = {threshold: classes["accounts"][classes["followers"] >= threshold].sum() for threshold in (1_000, 10_000)}
    assert math.log10(accounts_above[1_000] / accounts_above[10_000]) == pytest.approx(1.3, abs=0.01)


def test_the_top_percent_holds_about_a_third_of_the_followers(model: FanoutModel):
    classes = model.classes
    top = classes["last_rank"] <= model.graph.users / 100
    share = (classes["accounts"] * classes["followers"])[top].sum() / (classes["accounts"] * classes["followers"]).sum()
    assert model.explain()["top_1_percent_share"] == pytest.approx(share, rel=0.01)
    assert 0.3 < share < 0.36


def test_the_same_graph_gives_the_same_digits():
    first, second = FanoutModel(), FanoutModel()
    assert first.explain() == second.explain()
    pd.testing.assert_frame_equal(first.curve(), second.curve(), check_exact=True)


def test_levels_have_mean_one_and_no_spread_means_one_value():
    shares, values = lognormal_levels(0.9)
    assert shares @ values == pytest.approx(1) and shares.sum() == pytest.approx(1) and values.max() > 3
    assert np.allclose(lognormal_levels(0.0)[1], 1)


@pytest.mark.parametrize(
    "change", [{"users": 10}, {"max_followers": 10**12}, {"tail_exponent": 1.0}, {"dormant_share": 1.0}, {"mean_followees": 0.5},
               {"tweets_per_user": 0}, {"reads_per_dormant": -1}, {"rate_exponent": 2}, {"classes": 1}],
)  # fmt: skip
def test_an_impossible_graph_is_refused_by_name(change: dict):
    with pytest.raises(InvalidInput, match=next(iter(change))):
        LargeGraph(**change)


# — the threshold —


def test_every_published_threshold_bites(model: FanoutModel):
    curve = model.curve([PURE_PULL, *THRESHOLDS, PURE_PUSH])
    assert curve["threshold"].tolist() == [PURE_PULL, *THRESHOLDS, PURE_PUSH]
    for column, rises in (("deliveries_per_day", True), ("lookups_per_day", False), ("celebrities", False), ("pulled_per_read", False)):
        steps = np.diff(curve[column])
        assert (steps > 0).all() if rises else (steps < 0).all(), column


def test_a_threshold_bounds_the_largest_fanout(model: FanoutModel):
    curve = model.curve([*THRESHOLDS, PURE_PUSH])
    bounded = curve[curve["threshold"] < PURE_PUSH]
    assert (bounded["largest_fanout"] < bounded["threshold"]).all() and (bounded["largest_fanout"] > 0.99 * bounded["threshold"]).all()
    assert curve["largest_fanout"].iloc[-1] > 100_000_000


@pytest.mark.parametrize(("push_cost", "pull_cost"), COSTS)
def test_deliveries_and_lookups_add_up_to_the_cost(model: FanoutModel, push_cost: float, pull_cost: float):
    curve = model.curve(push_cost=push_cost, pull_cost=pull_cost)
    assert np.allclose(curve["cost_per_day"], push_cost * curve["deliveries_per_day"] + pull_cost * curve["lookups_per_day"])


@pytest.mark.parametrize("graph", [LargeGraph(tail_exponent=tail, dormant_share=share) for tail in (2.05, 2.3) for share in (0.0, 0.75)])
@pytest.mark.parametrize(("push_cost", "pull_cost"), COSTS)
def test_without_correlation_the_best_threshold_is_none_at_all(graph: LargeGraph, push_cost: float, pull_cost: float):
    best = FanoutModel(graph).optimum_threshold(push_cost, pull_cost)
    push_wins = push_cost * graph.tweets_per_user < pull_cost * graph.mean_reads
    assert best.corner == ("push" if push_wins else "pull")


def test_cheap_pulls_turn_the_corner(model: FanoutModel):
    assert (model.optimum_threshold(1, 1).corner, model.optimum_threshold(1, 0.05).corner) == ("push", "pull")


def test_a_threshold_in_the_middle_pays_only_when_the_famous_tweet_more(correlated: FanoutModel):
    best = correlated.optimum_threshold()
    assert best.corner is None and 5_000 < best.threshold < 50_000 and best.vs_push < 0.7


@pytest.mark.parametrize(("push_cost", "pull_cost"), COSTS)
def test_no_threshold_of_a_fine_grid_beats_the_optimum(correlated: FanoutModel, push_cost: float, pull_cost: float):
    best = correlated.optimum_threshold(push_cost, pull_cost)
    curve = correlated.curve([0, *np.geomspace(10, 2e8, 300), math.inf], push_cost, pull_cost)
    assert best.cost_per_day <= curve["cost_per_day"].min() * (1 + 1e-12)
    assert correlated.curve([best.threshold], push_cost, pull_cost)["cost_per_day"].iloc[0] == pytest.approx(best.cost_per_day)


# — readers —


@pytest.mark.parametrize(("push_cost", "pull_cost"), COSTS)
@pytest.mark.parametrize("which", ["model", "correlated"])
def test_nothing_beats_the_per_edge_optimum(which: str, push_cost: float, pull_cost: float, request: pytest.FixtureRequest):
    model: FanoutModel = request.getfixturevalue(which)
    optimum = model.per_edge_optimum(push_cost, pull_cost)["cost_per_day"]
    others = (model.optimum_threshold(push_cost, pull_cost).cost_per_day, model.active_only(push_cost, pull_cost)["cost_per_day"])
    assert optimum <= min(others) * (1 + 1e-9)


def test_per_edge_costs_are_those_of_all_pairs_of_rates(model: FanoutModel):
    graph = model.graph
    shares, factors = lognormal_levels(graph.tweet_spread)
    tweets = list(zip(shares, factors * graph.tweets_per_user, strict=True))
    shares, factors = lognormal_levels(graph.read_spread)
    active = zip(shares * (1 - graph.dormant_share), factors * graph.reads_per_active, strict=True)
    reads = [*active, (graph.dormant_share, graph.reads_per_dormant)]
    per_edge = sum(p * q * min(tweet, 0.2 * read) for (p, tweet), (q, read) in itertools.product(tweets, reads))
    expected = per_edge * graph.users * graph.mean_followees
    assert model.per_edge_optimum(1.0, 0.2)["cost_per_day"] == pytest.approx(expected, rel=1e-6)


def test_activity_decides_cost_where_a_threshold_saves_nothing(model: FanoutModel):
    numbers = model.explain()
    assert numbers["best_threshold_vs_push"] == pytest.approx(1) and numbers["best_threshold"] == PURE_PUSH
    assert 0.25 < numbers["active_only_vs_push"] < 0.28
    assert numbers["per_edge_vs_push"] < numbers["active_only_vs_push"]


def test_all_readers_active_leaves_nothing_to_save():
    assert FanoutModel(LargeGraph(dormant_share=0)).active_only()["vs_push"] == pytest.approx(1)


# — real edges —


def by_hand(data: workload.Workload, push_cost: float, pull_cost: float, threshold: float) -> dict[str, tuple[float, int]]:
    users = data.users.set_index("id")
    followers = data.follower_counts()
    costs: dict[str, float] = {}
    fanout: dict[str, dict[int, int]] = {}
    for reader, author in zip(data.follows["follower_id"], data.follows["followee_id"], strict=True):
        a, r = users.loc[author], users.loc[reader]
        push, pull = push_cost * a["tweets_per_day"], pull_cost * r["reads_per_day"]
        small = followers[author] < threshold
        pushed = {
            "push all": True, "pull all": False, "hybrid": small, "tiered": small and not (a["verified"] and r["dormant"]),
            "push to active": not r["dormant"], "per edge": pull >= push,
        }  # fmt: skip
        for policy, yes in pushed.items():
            costs[policy] = costs.get(policy, 0.0) + (push if yes else pull)
            per_author = fanout.setdefault(policy, {})
            per_author[author] = per_author.get(author, 0) + bool(yes)
    return {policy: (cost, max(fanout[policy].values())) for policy, cost in costs.items()}


@pytest.mark.parametrize(("push_cost", "pull_cost"), [(1.0, 1.0), (1.0, 0.1)])
def test_edge_costs_are_those_counted_by_hand(village: workload.Workload, push_cost: float, pull_cost: float):
    expected = by_hand(village, push_cost, pull_cost, 30)
    frame = edge_costs(village.follows, village.users, push_cost, pull_cost, threshold=30).set_index("policy")
    assert frame.index.tolist() == list(expected)
    for policy, (cost, largest) in expected.items():
        assert frame.loc[policy, "cost_per_day"] == pytest.approx(cost), policy
        assert frame.loc[policy, "largest_fanout"] == largest, policy


def test_the_dial_over_real_edges_agrees_with_the_edges(village: workload.Workload):
    dial = EdgeModel(village.follows, village.users)
    curve = dial.curve([PURE_PULL, 30, PURE_PUSH], 1.0, 0.4).set_index("threshold")
    costs = dial.costs(1.0, 0.4, threshold=30).set_index("policy")
    for threshold, policy in ((PURE_PULL, "pull all"), (30, "hybrid"), (PURE_PUSH, "push all")):
        for column in ("cost_per_day", "deliveries_per_day", "lookups_per_day", "largest_fanout"):
            assert curve.loc[threshold, column] == pytest.approx(costs.loc[policy, column]), (policy, column)
    assert curve.loc[30, "celebrities"] == (village.follower_counts() >= 30).sum()
    reads = village.users.set_index("id")["reads_per_day"]
    followees = village.follows["follower_id"].value_counts().reindex(reads.index, fill_value=0)
    assert curve.loc[PURE_PULL, "pulled_per_read"] == pytest.approx((reads * followees).sum() / reads.sum())  # averaged over pages
    assert dial.optimum_threshold(1.0, 0.4).cost_per_day >= costs.loc["per edge", "cost_per_day"]


def test_on_the_shipped_dataset_activity_saves_more_than_any_threshold():
    data = workload.load("small")
    dial = EdgeModel(data.follows, data.users)
    costs = dial.costs().set_index("policy")["vs_push"]
    assert costs["per edge"] < costs["push to active"] < 0.4 < dial.optimum_threshold().vs_push


# — what is refused, and the closed form —


@pytest.mark.parametrize("cost", [0, -1, math.inf, math.nan, "1"])
def test_costs_must_be_positive_numbers(model: FanoutModel, cost: object):
    with pytest.raises(InvalidInput, match="push_cost"):
        model.curve(push_cost=cost)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="pull_cost"):
        model.per_edge_optimum(pull_cost=cost)  # type: ignore[arg-type]


@pytest.mark.parametrize("thresholds", [[], [-1], [10, -5]])
def test_thresholds_must_be_numbers_of_followers(model: FanoutModel, thresholds: list[float]):
    with pytest.raises(InvalidInput, match="thresholds"):
        model.curve(thresholds)


def test_published_delivery_times_assume_rates_two_thousand_times_apart():
    rates = {design: implied_deliveries_per_s(followers, seconds) for design, _, followers, seconds in PUBLISHED_DELIVERIES}
    assert rates["A"] == 2_000_000 and rates["C"] == 100_000 and rates["E"] == pytest.approx(1_000, rel=0.01)


def test_a_celebrity_costs_one_write_a_follower():
    one = celebrity_writes(132_000_000, 1_000)
    assert one.writes == 132_000_000 and one.seconds / 3600 == pytest.approx(36.67, abs=0.01)
    with pytest.raises(InvalidInput, match="deliveries_per_s"):
        celebrity_writes(10, 0)
    with pytest.raises(InvalidInput, match="followers"):
        celebrity_writes(-1, 10)
