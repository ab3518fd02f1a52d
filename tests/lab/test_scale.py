"""The scale model: what must hold of any linear model, and that small graphs counted edge by edge in Python agree with it."""

from __future__ import annotations

import math
import statistics
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.lab import scale, workload
from reference.lab.fanout_model import EdgeModel
from reference.lab.scale import PURE_PULL, PURE_PUSH, SWEEP, Activity, Fleet, ScaleModel
from reference.twitter.errors import InvalidInput

COSTS = [(1.0, 1.0), (1.0, 0.05), (1.0, 0.4), (3.0, 1.0)]
SHARES = [0.0, 0.333, 0.75, 1.0]
PEOPLE = 20  # one for each percentile of falling asleep, in order of their ids
DAY = 86_400


@pytest.fixture(scope="module")
def model() -> ScaleModel:
    return ScaleModel.generate(users=4_000, edges=60_000, seed=3)


# — laws —


@pytest.mark.parametrize("dormant_share", SHARES)
@pytest.mark.parametrize("rate_correlation", [0.0, 0.4])
def test_push_is_no_threshold_and_pull_is_threshold_zero(model: ScaleModel, dormant_share: float, rate_correlation: float):
    asked = {"pull_cost": 0.3, "dormant_share": dormant_share, "rate_correlation": rate_correlation}
    for name, threshold in (("push", PURE_PUSH), ("pull", PURE_PULL)):
        row, hybrid = model.policy(name, **asked), model.policy("hybrid", threshold, **asked)
        assert {**row, "policy": "hybrid"} == hybrid
    assert model.policy("push", **asked)["lookups_per_s"] == 0 == model.policy("pull", **asked)["writes_per_s"]


@pytest.mark.parametrize(("push_cost", "pull_cost"), COSTS)
@pytest.mark.parametrize("dormant_share", SHARES)
@pytest.mark.parametrize("rate_correlation", [0.0, 0.4])
def test_nothing_beats_the_per_edge_optimum(model: ScaleModel, push_cost, pull_cost, dormant_share, rate_correlation):
    asked = {"push_cost": push_cost, "pull_cost": pull_cost, "dormant_share": dormant_share, "rate_correlation": rate_correlation}
    optimum = model.policy("per_edge", **asked)["cost_per_s"]
    for policy in ("hybrid", "tiered"):
        assert optimum <= model.sweep(SWEEP, policy=policy, **asked)["cost_per_s"].min() * (1 + 1e-9)


@pytest.mark.parametrize("policy", ["hybrid", "tiered"])
def test_a_higher_threshold_writes_more_and_looks_up_less(model: ScaleModel, policy: str):
    frame = model.sweep(np.geomspace(1, 1_000, 40), policy=policy)
    assert (np.diff(frame["writes_per_s"]) >= 0).all() and frame["writes_per_s"].iloc[-1] > frame["writes_per_s"].iloc[0]
    for falling in ("lookups_per_s", "celebrities", "pulls_per_read_mean", "pulls_per_read_p99"):
        assert (np.diff(frame[falling]) <= 0).all(), falling
    assert (frame["largest_fanout"] < frame["threshold"]).all()
    assert (frame["pulls_per_read_p99"] >= frame["pulls_per_read_mean"] - 1).all()


def test_tiers_save_deliveries_to_readers_who_sleep_and_nothing_else(model: ScaleModel):
    hybrid, tiered = (model.sweep([100, 300], policy=policy) for policy in ("hybrid", "tiered"))
    assert (tiered["writes_per_s"] < hybrid["writes_per_s"]).all() and (tiered["lookups_per_s"] > hybrid["lookups_per_s"]).all()
    awake = [model.sweep([100, 300], policy=policy, dormant_share=0.0).drop(columns="policy") for policy in ("hybrid", "tiered")]
    numbers = ["writes_per_s", "lookups_per_s", "largest_fanout", "celebrities", "pulls_per_read_p99"]
    pd.testing.assert_frame_equal(awake[0][numbers], awake[1][numbers])


def test_dormant_readers_are_pulled_from_once_in_fifty_days_and_cost_as_many_deliveries(model: ScaleModel):
    everybody, nobody = (model.policy("pull", dormant_share=share)["lookups_per_s"] for share in (0.0, 1.0))
    assert nobody == pytest.approx(model.edges * 0.02 / DAY)
    assert everybody == pytest.approx(model.edges * 10 / DAY, rel=0.02)
    assert model.policy("push", dormant_share=0.0)["writes_per_s"] == model.policy("push", dormant_share=1.0)["writes_per_s"]


@pytest.mark.parametrize("low, high", [(0.3, 0.35), (0.35, 0.4), (0.0, 0.05), (0.95, 1.0)])
def test_a_share_between_two_percentiles_lies_between_them(model: ScaleModel, low: float, high: float):
    middle = (low + high) / 2
    first, between, last = (model.policy("pull", dormant_share=share)["lookups_per_s"] for share in (low, middle, high))
    assert first > between > last and between == pytest.approx((first + last) / 2)


def test_correlation_moves_tweets_to_the_famous_and_adds_none(model: ScaleModel):
    level, correlated = (model.policy("push", rate_correlation=rho) for rho in (0.0, 0.4))
    assert correlated["writes_per_s"] > 1.5 * level["writes_per_s"]
    rates = {rho: scale_rates(model, rho) for rho in (0.0, 0.4)}
    for frame in rates.values():
        assert (frame["accounts"] * frame["tweets_per_day"]).sum() == pytest.approx(0.625 * model.users)


def scale_rates(model: ScaleModel, rate_correlation: float) -> pd.DataFrame:
    model.policy("push", rate_correlation=rate_correlation)
    return model._questions._db.rows("rates")


def test_only_a_correlation_makes_a_threshold_in_the_middle_pay(model: ScaleModel):
    for rho, least, most in ((0.0, 0.98, 1.0), (0.4, 0.0, 0.95)):
        cost = model.sweep([0, *np.geomspace(2, 500, 30), math.inf], pull_cost=0.5, rate_correlation=rho)["cost_per_s"].to_numpy()
        assert least <= cost.min() / min(cost[0], cost[-1]) <= most


def test_the_same_arguments_give_the_same_digits():
    first, second = (ScaleModel.generate(users=2_000, edges=20_000, seed=8) for _ in range(2))
    for policy in ("hybrid", "tiered"):
        one, other = (made.sweep(SWEEP, 1.0, 0.3, 0.4, 0.2, policy) for made in (first, second))
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert first.policy("per_edge")["cost_per_s"] == second.policy("per_edge")["cost_per_s"]
    other_seed = ScaleModel.generate(users=2_000, edges=20_000, seed=9)
    assert other_seed.policy("push")["writes_per_s"] != first.policy("push")["writes_per_s"]


def test_a_fleet_turns_load_into_workers_bytes_and_seconds(model: ScaleModel):
    fleet = Fleet(deliveries_per_s=0.2, utilisation=0.5, delivery_bytes=10, lookup_bytes=100, workers_per_tweet=2)
    row = model.policy("hybrid", 100, fleet=fleet)
    assert row["workers"] == math.ceil(row["writes_per_s"] / 0.1) > 1
    assert row["bytes_per_s"] == pytest.approx(10 * row["writes_per_s"] + 100 * row["lookups_per_s"])
    assert row["time_to_visible_s"] == pytest.approx(row["largest_fanout"] / 0.4)
    assert model.policy("pull", fleet=fleet)["workers"] == 0
    assert model.policy("push")["memory_bytes"] == pytest.approx(96_320 * model.users, rel=0.01)


def test_pages_of_a_sample_say_what_all_pages_say(monkeypatch: pytest.MonkeyPatch):
    asked = {"thresholds": [20, 60, 200], "dormant_share": 0.2}
    everybody = ScaleModel.generate(users=6_000, edges=120_000).sweep(**asked)["pulls_per_read_p99"]
    monkeypatch.setattr(scale, "PAGE_READERS", 2_000)
    some = ScaleModel.generate(users=6_000, edges=120_000).sweep(**asked)["pulls_per_read_p99"]
    assert (np.abs(some / everybody - 1) < 0.15).all()


# — edge by edge, in Python —


@st.composite
def villages(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    pairs = st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)).filter(lambda pair: pair[0] != pair[1])
    follows = draw(st.lists(pairs, min_size=1, max_size=80, unique=True))
    tweets = draw(st.lists(st.sampled_from([0.0, 0.1, 0.5, 1.0, 7.0]), min_size=PEOPLE, max_size=PEOPLE).filter(any))
    reads = draw(st.lists(st.sampled_from([0.0, 0.3, 2.0, 10.0, 40.0]), min_size=PEOPLE, max_size=PEOPLE).filter(any))
    users = pd.DataFrame({"id": 100 + 7 * np.arange(PEOPLE), "tweets_per_day": tweets, "reads_per_day": reads})
    return pd.DataFrame(100 + 7 * np.array(follows), columns=["follower_id", "followee_id"]), users


class ByHand:
    """The model's definitions, followed one edge after the other."""

    def __init__(self, follows: pd.DataFrame, users: pd.DataFrame, dormant_share: float, rate_correlation: float) -> None:
        self.edges = [((u - 100) // 7, (a - 100) // 7) for u, a in follows.itertuples(index=False)]
        self.followers = [sum(a == author for _, a in self.edges) for author in range(PEOPLE)]
        raw = [rate * max(count, 1) ** rate_correlation for rate, count in zip(users["tweets_per_day"], self.followers, strict=True)]
        scale_to = users["tweets_per_day"].mean() / (sum(raw) / PEOPLE)
        self.tweets = [rate * scale_to for rate in raw]
        self.given = users["tweets_per_day"].tolist()
        asleep = [min(1.0, max(0.0, dormant_share * PEOPLE - reader)) for reader in range(PEOPLE)]
        self.states = [[(1 - part, rate, True), (part, 0.02, False)] for part, rate in zip(asleep, users["reads_per_day"], strict=True)]

    def row(self, pushes) -> dict[str, float]:
        """`pushes(followers, tweets, reads, awake)` decides. Deliveries, lookups, largest fanout of authors alike, p99 of a page."""
        deliveries = lookups = 0.0
        fanout: dict[tuple[int, float], float] = {}
        pages = {(reader, awake): 0 for reader in range(PEOPLE) for awake in (True, False)}
        for reader, author in self.edges:
            for weight, reads, awake in self.states[reader]:
                if pushes(self.followers[author], self.tweets[author], reads, awake):
                    deliveries += weight * self.tweets[author]
                    kind = (self.followers[author], self.given[author])
                    fanout[kind] = fanout.get(kind, 0.0) + weight
                else:
                    lookups += weight * reads
                    pages[reader, awake] += 1
        alike = {kind: sum(1 for a in range(PEOPLE) if (self.followers[a], self.given[a]) == kind) for kind in fanout}
        return {
            "writes_per_s": deliveries / DAY, "lookups_per_s": lookups / DAY,
            "largest_fanout": max((total / alike[kind] for kind, total in fanout.items()), default=0.0),
            "pulls_per_read_p99": self.p99(pages),
        }  # fmt: skip

    def p99(self, pages: dict[tuple[int, bool], int]) -> int:
        reads = sorted((pages[reader, awake], weight * rate) for reader in range(PEOPLE) for weight, rate, awake in self.states[reader])
        total, up_to = sum(weight for _, weight in reads), 0.0
        for pulled, weight in reads:
            up_to += weight
            if up_to >= total * (0.99 - 1e-9):
                return pulled
        raise AssertionError


@settings(max_examples=12, deadline=None)
@given(villages(), st.sampled_from([0.0, 0.5, 0.73, 1.0]), st.sampled_from([0.0, 0.5, -0.3]), st.integers(0, 9), st.sampled_from(COSTS))
def test_every_policy_costs_what_its_edges_cost(village, dormant_share, rate_correlation, threshold, prices):
    follows, users = village
    by_hand = ByHand(follows, users, dormant_share, rate_correlation)
    push_cost, pull_cost = prices
    pushes = {
        "push": lambda followers, tweets, reads, awake: True,
        "pull": lambda followers, tweets, reads, awake: False,
        "hybrid": lambda followers, tweets, reads, awake: followers < threshold,
        "tiered": lambda followers, tweets, reads, awake: followers < threshold and (awake or followers < threshold * 0.5),
        "per_edge": lambda followers, tweets, reads, awake: reads * pull_cost >= tweets * push_cost * (1 - 1e-9),
    }
    model = ScaleModel.from_edges(follows, users)
    for policy, decide in pushes.items():
        others = {"verified_share": 0.5} if policy == "tiered" else {}
        others |= {"dormant_share": dormant_share, "rate_correlation": rate_correlation}
        row = model.policy(policy, threshold, push_cost, pull_cost, **others)
        for name, value in by_hand.row(decide).items():
            assert row[name] == pytest.approx(value, rel=1e-9, abs=1e-12), (policy, name)
        assert row["cost_per_s"] == pytest.approx(push_cost * row["writes_per_s"] + pull_cost * row["lookups_per_s"])


# — graphs of one's own —


def test_a_graph_of_ones_own_keeps_its_totals():
    data = workload.load("small")
    dial, model = EdgeModel(data.follows, data.users), ScaleModel.from_edges(data.follows, data.users)
    assert (model.users, model.edges) == (len(data.users), len(data.follows))
    assert model.activity.dormant_share == pytest.approx(data.users["dormant"].mean())
    real, mine = dial.costs(threshold=200).set_index("policy"), model.policy("hybrid", 200)
    push, pull = model.policy("push"), model.policy("pull")
    assert push["writes_per_s"] * DAY == pytest.approx(real.loc["push all", "deliveries_per_day"], rel=1e-6)
    assert pull["lookups_per_s"] * DAY == pytest.approx(real.loc["pull all", "lookups_per_day"], rel=1e-3)
    for row, policy in ((mine, "hybrid"), (push, "push all")):
        assert row["largest_fanout"] == real.loc[policy, "largest_fanout"]
    assert mine["cost_per_s"] * DAY == pytest.approx(real.loc["hybrid", "cost_per_day"], rel=0.01)
    assert model.policy("per_edge")["cost_per_s"] * DAY == pytest.approx(real.loc["per edge", "cost_per_day"], rel=0.01)


def test_edges_from_a_file_need_no_rates(tmp_path):
    path = tmp_path / "edges.txt"
    path.write_text("ada ben\nben ada\ncleo ada\ncleo cleo\ncleo ada\n")
    model = ScaleModel.from_edges(workload.load_edges(path))
    assert (model.users, model.edges) == (3, 3)
    assert model.policy("push")["largest_fanout"] == 2
    assert model.sweep([2])["celebrities"].tolist() == [1]
    assert model.policy("pull")["celebrities"] == 3  # cleo, whom nobody follows, costs nothing and counts


def test_an_account_without_edges_counts_as_an_account():
    follows = pd.DataFrame({"follower_id": [1], "followee_id": [2]})
    users = pd.DataFrame({"id": [1, 2, 3], "tweets_per_day": [1.0, 2.0, 3.0], "reads_per_day": [4.0, 5.0, 6.0]})
    model = ScaleModel.from_edges(follows, users)
    assert (model.users, model.shape()["without_followers"]) == (3, 2)
    pull = model.policy("pull")
    assert pull["lookups_per_s"] * DAY == pytest.approx(4.0) and pull["pulls_per_read_mean"] == pytest.approx(4 / 15)
    assert model.policy("push")["writes_per_s"] * DAY == pytest.approx(2.0)


# — what is refused —


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda m: m.sweep([]), "thresholds"), (lambda m: m.sweep([-1]), "thresholds"), (lambda m: m.sweep([math.nan]), "thresholds"),
        (lambda m: m.sweep(push_cost=0), "push_cost"), (lambda m: m.policy("per_edge", pull_cost=-1), "pull_cost"),
        (lambda m: m.sweep(pull_cost=math.inf), "pull_cost"), (lambda m: m.sweep(dormant_share=1.1), "dormant_share"),
        (lambda m: m.sweep(rate_correlation=2), "rate_correlation"), (lambda m: m.sweep(policy="push"), "policy"),
        (lambda m: m.sweep(policy="tiered", verified_share=2), "verified_share"), (lambda m: m.policy("best"), "policy"),
        (lambda m: Fleet(deliveries_per_s=0), "deliveries_per_s"), (lambda m: Fleet(utilisation=0), "utilisation"),
        (lambda m: Activity(reads_per_active=0), "reads_per_active"), (lambda m: Activity(tweet_spread=-1), "tweet_spread"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_by_name(model: ScaleModel, call, words: str):
    with pytest.raises(InvalidInput, match=words):
        call(model)


def frame(*pairs: tuple[int, int]) -> pd.DataFrame:
    return pd.DataFrame(list(pairs), columns=["follower_id", "followee_id"], dtype="int64")


@pytest.mark.parametrize(
    ("follows", "users", "words"),
    [
        (frame(), None, "empty"), (frame((1, 1)), None, "empty"), (frame((1, 2)).astype(float), None, "follower_id"),
        (frame((1, 2)), pd.DataFrame({"id": [1, 1]}), "unique"), (frame((1, 2)), pd.DataFrame({"id": [1, 2]}), "tweets_per_day"),
        (frame((1, 2)), pd.DataFrame({"id": [1], "tweets_per_day": [1.0], "reads_per_day": [1.0]}), "tweets_per_day >= 0 in users; 2"),
        (frame((1, 2)), pd.DataFrame({"id": [1, 2], "tweets_per_day": [0.0, 0.0], "reads_per_day": [1.0, 1.0]}), "tweets_per_user"),
    ],
)  # fmt: skip
def test_a_graph_that_cannot_be_counted_is_refused(follows: pd.DataFrame, users: pd.DataFrame | None, words: str):
    with pytest.raises(InvalidInput, match=words):
        ScaleModel.from_edges(follows, users)


@pytest.mark.slow
@pytest.mark.timed
def test_a_slider_moves_in_less_than_a_tenth_of_a_second():
    model = ScaleModel.generate(users=200_000, edges=5_000_000)
    times = {"threshold": [], "share": [], "price": [], "per edge": []}
    for step in range(7):
        for name, ask in (
            ("threshold", lambda step: model.sweep([100 + step])),
            ("share", lambda step: model.sweep(SWEEP[:6], dormant_share=0.5 + step / 30)),
            ("price", lambda step: model.sweep(SWEEP[:6], pull_cost=0.1 + step)),
            ("per edge", lambda step: model.policy("per_edge", dormant_share=0.3 + step / 30)),
        ):  # fmt: skip
            started = time.perf_counter()
            ask(step)
            times[name].append(time.perf_counter() - started)
    assert {name: statistics.median(found) for name, found in times.items() if statistics.median(found) > 0.1} == {}


def test_the_command_prints_eleven_thresholds(capsys: pytest.CaptureFixture):
    assert scale.main(["--users", "2000", "--edges", "20000", "--pull-cost", "0.2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("users 2,000, edges ") and len(lines) == 2 + len(SWEEP)
    assert scale.main(["--users", "10"]) == 2
    assert "users must be" in capsys.readouterr().err
