"""What the notebook on fanout tries: costs in order, published rules at their edges, a rate measured."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from reference.lab import fanout_lessons as lessons
from reference.lab import workload
from reference.lab.fanout_model import EdgeModel, FanoutModel
from reference.twitter.backend import connect
from reference.twitter.clock import ManualClock
from reference.twitter.errors import InvalidInput

PUBLISHED_ORDER = ("check", "fanout", "mark")
MARK_FIRST = ("check", "mark", "fanout")


@pytest.fixture(scope="module")
def village() -> workload.Workload:
    return workload.generate(300, seed=4)


def test_the_per_edge_rule_is_the_lower_envelope(village: workload.Workload):
    costs = lessons.envelope(EdgeModel(village.follows, village.users), (0.02, 0.3, 1, 5), (10, 30))
    others = costs.drop(columns=["ratio", "per edge"])
    assert (costs["per edge"] <= others.min(axis=1) + 1e-12).all()
    assert (costs["best threshold"] <= others[["push all", "pull all", "threshold 10", "threshold 30"]].min(axis=1) + 1e-12).all()


def test_the_envelope_names_every_line_it_draws(village: workload.Workload):
    costs = lessons.envelope(EdgeModel(village.follows, village.users), (0.1, 1), (30,))
    figure = lessons.envelope_figure(costs)
    assert {trace.name for trace in figure.data} == set(costs.columns) - {"ratio"}


@pytest.mark.parametrize(
    ("threshold", "name"), [(0, "pull all"), (math.inf, "push all"), (300, "300"), (5_000, "5 K"), (1_000_000, "1 M"), (2_500, "2.5 K")]
)
def test_thresholds_are_named_as_one_says_them(threshold: float, name: str):
    assert lessons.threshold_name(threshold) == name


def test_the_dial_marks_the_published_thresholds_that_it_spans():
    model = FanoutModel()
    names = {note.text for note in lessons.dial_figure(model.curve([100, 5_000, 10_000, 50_000])).layout.annotations}
    assert {"B: 5 K", "D: 10 K"} <= names and not {"A: 100 K", "C, E: 1 M"} & names


def test_a_frontier_point_bears_its_policy():
    policies = ["FanoutOnWrite()", "Hybrid(celebrity_threshold=300)", "FanoutOnRead()", "RateOptimal(push_cost=1, pull_cost=1)"]
    table = pd.DataFrame({"policy": policies, "tweets": 10, "deliveries": [400, 100, 0, 50], "timelines per read": [2, 6, 26, 4]})
    figure = lessons.frontier_figure(table)
    assert {"push all", "300", "pull all", "per edge (optimal)"} <= {note.text for note in figure.layout.annotations}
    assert list(figure.data[0].x) == [0, 10, 40]


def test_without_dormant_readers_nothing_is_saved_by_asking_who_reads():
    result = lessons.yours(10_000, 1.0, 0)
    assert result.costs["active only (fast)"] == pytest.approx(1) and result.largest_fanout < 10_000
    assert lessons.yours(10_000, 1.0, 75).costs["active only (fast)"] < 0.3


@pytest.mark.parametrize(("lookup_price", "second"), [(1.0, "active only"), (0.02, "pull all")])
def test_your_title_names_the_cheapest_policy_but_per_edge(lookup_price: float, second: str):
    title = lessons.yours_figure(lessons.yours(10_000, lookup_price, 75)).layout.title.text
    assert f": {second}" in title.replace("<br>", " ")


@pytest.mark.parametrize(
    ("order", "schedule", "fanouts"),
    [
        (PUBLISHED_ORDER, [0, 0, 0, 1, 1, 1], 1),
        (PUBLISHED_ORDER, [0, 1, 0, 1, 0, 1], 2),
        (PUBLISHED_ORDER, [0, 0, 1, 1, 1], 2),
        (MARK_FIRST, [0, 0, 1, 1, 1], 0),
    ],
)
def test_a_marker_beside_the_work_doubles_or_loses(order: tuple[str, ...], schedule: list[int], fanouts: int):
    assert lessons.check_then_set(order, schedule) == fanouts


def test_an_unknown_step_is_refused():
    with pytest.raises(InvalidInput, match="step"):
        lessons.check_then_set(("check", "pray"), [0])


class Ticking(ManualClock):
    """A second passes between two readings."""

    def monotonic_ns(self) -> int:
        self.advance(1)
        return super().monotonic_ns()


def test_the_measured_rate_is_deliveries_over_time_and_leaves_nothing_behind():
    redis = connect("fakeredis://")
    assert lessons.deliveries_per_s(redis, followers=20, tweets=3, clock=Ticking()) == pytest.approx(60)
    assert redis.keys("*") == []


def test_published_rates_and_the_measured_one_share_an_axis():
    figure = lessons.rates_figure({"A": 2_000_000, "B": 200, "this machine": 10_000})
    assert "4 powers of ten" in figure.layout.title.text and list(figure.data[0].x) == [2_000_000, 200, 10_000]


def test_curves_stand_side_by_side_by_the_names_of_their_thresholds():
    model = FanoutModel()
    curve = model.curve([0, 10_000, math.inf])
    frame = lessons.side_by_side({"a": curve, "b": curve.assign(vs_push=0.5)})
    assert frame.index.tolist() == ["pull all", "10 K", "push all"]
    assert frame["a"].tolist() == [4.02, 1.58, 1.0] and frame["b"].tolist() == [0.5] * 3


def test_the_dial_as_a_table_rounds_and_changes_nothing_else(village: workload.Workload):
    curve = EdgeModel(village.follows, village.users).curve([0, 30, math.inf])
    table = lessons.dial_table(curve)
    assert table.index.tolist() == ["pull all", "30", "push all"]
    assert table["celebrities"].tolist() == curve["celebrities"].tolist()
    assert table["deliveries a day"].iloc[1] == pytest.approx(curve["deliveries_per_day"].iloc[1], abs=0.5)
