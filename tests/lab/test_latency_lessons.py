"""What the notebook on latency trade-offs computes is so: the slowest of n, lines, machines, fronts, panels that redraw."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reference.estimation.errors import EstimationError
from reference.estimation.scenario import Scenario
from reference.lab import Slider, whatif
from reference.lab import latency_lessons as lessons
from reference.lab import pareto_lessons as pareto
from reference.lab.fanout_model import PURE_PULL, PURE_PUSH, FanoutModel, LargeGraph
from reference.lab.latency import hops, serial

READ = hops()["cassandra point read"]
THRESHOLDS = (*pareto.PUBLISHED, PURE_PUSH)
REDRAW_LIMIT_S = 0.1


@pytest.fixture(scope="module")
def world() -> FanoutModel:
    return FanoutModel(LargeGraph(classes=2_000))


# — the slowest of n —


def test_the_share_of_late_pages_is_that_of_drawn_ones() -> None:
    drawn = READ.sample(1_000_000, np.random.default_rng(3)).reshape(10_000, 100).max(axis=1)
    assert lessons.late_shares()[100] == pytest.approx(100 * (drawn > READ.p99_ms).mean(), abs=1.5)
    assert lessons.late_shares()[1] == pytest.approx(1)


def test_pages_of_more_reads_are_slower_and_a_hedge_never_makes_them_so() -> None:
    pages = lessons.slowest(READ, counts=(1, 10, 100, 1_000))
    assert all(pages[name].is_monotonic_increasing for name in pages)
    assert (pages["p99, hedged"] < pages["p99"]).all() and (pages["p50"] < pages["p99"]).all()
    assert (pages["p99, 50 at once"] >= pages["p99"] - 1e-9).all() and pages.loc[10, "p99, 50 at once"] == pages.loc[10, "p99"]
    assert pages.loc[100, "one after another"] == pytest.approx(100 * READ.mean_ms, abs=0.06)


def test_the_mean_of_a_composed_call_is_that_of_its_samples() -> None:
    call = serial(READ, hops()["redis command"])
    assert lessons.mean_ms(call) == pytest.approx(call.sample(200_000, np.random.default_rng(1)).mean(), rel=0.01)
    assert lessons.mean_ms(READ) == READ.mean_ms


def test_a_page_of_no_lookups_waits_for_its_own_timeline_only() -> None:
    own = hops()["redis command"]
    assert lessons.page_of(READ, 0) is own
    assert lessons.page_of(READ, 8).percentile(99) > own.percentile(99)


def test_the_steps_of_e_have_the_published_figures_as_p95() -> None:
    assert [step.percentile(95) for step in lessons.steps_of_e().values()] == pytest.approx([50, 150, 50], rel=1e-3)


# — lines and machines —


def test_the_line_grows_without_bound_and_many_workers_wait_less() -> None:
    line = lessons.knee([50, 80, 95], servers=(1, 4))
    assert line[1].tolist() == pytest.approx([1, 4, 19]) and (line[4] < line[1]).all()


def test_only_an_order_that_lets_small_tweets_pass_is_quick_for_everybody() -> None:
    behind = lessons.behind_a_celebrity()
    assert behind.loc["chunked", "ordinary tweets, p50"] > 100 * behind.loc["fair", "ordinary tweets, p50"]
    assert behind.loc["whole", "celebrity"] > 3 * behind.loc["fair", "celebrity"]
    assert behind.loc["fair", "celebrity"] < 1.05 * behind.loc["chunked", "celebrity"]


def test_time_to_visible_follows_audience_and_what_others_leave() -> None:
    free, busy = lessons.visible(13, 500, 0), lessons.visible(13, 500, 80)
    assert busy[10_000_000] == pytest.approx(10 * busy[1_000_000], rel=0.01)
    assert busy[10_000_000] == pytest.approx(5 * free[10_000_000], rel=0.01)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.035, "35 ms"), (1.5, "1.5 s"), (32.3, "32.3 s"), (2_080, "34.7 min"), (208_000, "57.8 h")]
)
def test_times_are_said_in_the_unit_that_one_would_say(seconds: float, words: str) -> None:
    assert lessons.said(seconds) == words


def test_published_times_take_the_machines_that_their_rates_imply() -> None:
    one_by_one, batches_of_a, ours = lessons.machines().values()
    assert one_by_one[5.0] == 10_000_000 / 1_000 / 5 and batches_of_a[5.0] == 10_000_000 / 20_000 / 5
    assert ours[5.0] == math.ceil(10_000_000 * 8.4e-6 / 5) and all(list(took.values())[-1] == 1 for took in lessons.machines().values())


# — fronts —


def test_no_threshold_beats_another_in_all_that_a_front_shows(world: FanoutModel) -> None:
    front = pareto.front(world)
    assert pareto.dominated(front) == []
    worse = front.iloc[[1]].assign(threshold=7, visible_s=front["visible_s"].iloc[1] * 2)
    assert pareto.dominated(pd.concat([front, worse])) == [7]


@pytest.mark.parametrize("dormant", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("exponent", [0.0, 0.3])
@pytest.mark.parametrize("price", [0.02, 1.0, 3.0])
def test_the_threshold_orders_latency_under_every_activity_and_no_point_beats_the_per_edge_rule(
    dormant: float, exponent: float, price: float
) -> None:
    found = pareto.compare(FanoutModel(LargeGraph(dormant_share=dormant, rate_exponent=exponent, classes=1_000)), price)
    for points in (found.everybody, found.active):
        assert points["visible_s"].is_monotonic_increasing and points["page_p99_ms"].is_monotonic_decreasing
        assert points["vs_push"].min() >= found.per_edge - 1e-9


def test_activity_decides_cost_and_where_nobody_is_dormant_nothing(world: FanoutModel) -> None:
    everybody, active = pareto.front(world), pareto.front(world, active_only=True)
    assert (active["vs_push"] < 0.7 * everybody["vs_push"]).all()
    assert active["vs_push"].iloc[-1] == pytest.approx(world.active_only()["vs_push"])
    awake = FanoutModel(LargeGraph(dormant_share=0.0, classes=1_000))
    assert pareto.front(awake)["vs_push"].tolist() == pytest.approx(pareto.front(awake, active_only=True)["vs_push"].tolist())


def test_a_front_prices_as_the_dial_does_and_pure_pull_delivers_nothing(world: FanoutModel) -> None:
    front = pareto.front(world, (PURE_PULL, *THRESHOLDS), pull_cost=0.3)
    assert front["vs_push"].tolist() == pytest.approx(world.curve((PURE_PULL, *THRESHOLDS), 1.0, 0.3)["vs_push"].tolist())
    pull = front.iloc[0]
    assert (pull["deliveries_per_s"], pull["visible_s"], pull["pulled_per_read"]) == (0, 0, 200)


def test_workers_are_as_many_as_keep_a_fifth_of_their_time_free() -> None:
    assert pareto.workers(1_157_407) == 13 and pareto.workers(0) == 1


def test_the_panels_graph_of_few_classes_is_within_one_per_cent_of_the_large_one() -> None:
    few, many = pareto.at(75, 0.3, 1.0), pareto.compare(pareto.world(75, 0.3))
    assert few.per_edge == pytest.approx(many.per_edge, rel=0.01)
    for one, other in ((few.everybody, many.everybody), (few.active, many.active)):
        assert one["vs_push"].tolist() == pytest.approx(other["vs_push"].tolist(), rel=0.01)
        assert one["visible_s"].tolist() == pytest.approx(other["visible_s"].tolist(), rel=0.1)  # whole workers, largest class


def test_a_heavy_page_pulls_many_more_and_takes_a_little_longer() -> None:
    pages = pareto.spread_of_pages(2_000, 40_000, (0, 30))
    assert (pages["pulled, p99 page"] > 2 * pages["pulled, mean page"]).all()
    assert (pages["p99 page: p99, ms"] < 2 * pages["mean page: p99, ms"]).all()


def test_a_learners_scenario_makes_a_graph_or_says_why_not() -> None:
    scenario = Scenario.load("A")
    graph = pareto.graph_of(scenario)
    assert graph.dormant_share == pytest.approx(1 - scenario.active_share / 100) and graph.mean_followees == 200
    reads = graph.reads_per_active * (1 - graph.dormant_share) * graph.users
    assert reads == pytest.approx(scenario.daily_users * scenario.timelines_per_user)
    with pytest.raises(EstimationError, match="no follow graph has these numbers: users"):
        pareto.graph_of(replace(scenario, users=100.0, daily_users=50.0))
    assert pareto.of_scenario(Scenario.load("C")).layout.title.text.startswith("A threshold moves time to visible")


# — charts and panels —


def test_charts_name_published_thresholds_and_say_what_was_found(world: FanoutModel) -> None:
    front = pareto.front(world)
    named = pareto.front_figure(front)
    assert [text.partition("<br>")[0] for text in named.data[0].text] == ["5 K (B)", "10 K (D)", "100 K (A)", "1 M (C, E)", "push all"]
    assert named.layout.title.text.startswith("Threshold 5 K → 1 M: visible 1")
    title = lessons.parallel_figure(lessons.slowest(READ, counts=(1, 100))).layout.title.text
    assert title.startswith("100 reads: 1 s one after another, 68 ms at p99")


def test_labels_that_end_together_are_moved_apart() -> None:
    found = lessons.tail(10, 50)
    figure = lessons.tail_figure(found)
    height = {note.text: math.log10(found.lines[note.text][-1]) * 290 / 3 + (note.yshift or 0) for note in figure.layout.annotations}
    ordered = sorted(height.values())
    assert all(above - below >= 16 for below, above in pairwise(ordered))


def redraws_s(change: Callable[[int], None], times: int = 9) -> float:
    took = []
    for place in range(times):
        started = time.perf_counter()
        change(place)
        took.append(time.perf_counter() - started)
    return statistics.median(took)


PANELS: dict[str, tuple[Any, ...]] = {
    "tail": (lessons.tail, lessons.tail_figure, "p99_ms", (10, 25, 50), {"after_percent": Slider("after", values=[50, 95], default=95)}),
    "visible": (
        lessons.visible, lessons.visible_figure, "workers", (1, 13, 200),
        {"batch": Slider("batch", values=[1, 500], default=500), "utilisation": Slider("busy", values=[0, 80], default=80)},
    ),
    "worlds": (
        pareto.at, pareto.compared_figure, "dormant_percent", (0, 50, 75),
        {
            "lookup_price": Slider("price", values=[0.3, 1.0], default=1.0),
            "rate_exponent": Slider("power", values=[0.0, 0.3], default=0.0),
        },
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.timed
@pytest.mark.parametrize("name", PANELS)
def test_a_panel_redraws_in_under_100_ms(name: str) -> None:
    model, draw, moved, values, others = PANELS[name]
    panel = whatif(model, {moved: Slider(moved, values=values, default=values[1]), **others}, draw)
    assert panel.figure.data

    def move(place: int) -> None:
        panel.sliders[moved].value = values[place % len(values)]

    for place in range(len(values)):
        move(place)  # what is computed once
    assert redraws_s(move) < REDRAW_LIMIT_S


def test_a_measured_pull_is_counted_exactly_and_in_one_round_trip() -> None:
    found = lessons.measure(authors=(5, 30))
    assert found["commands"].tolist() == [5, 30] and found["round_trips"].tolist() == [1, 1]
    assert (found["measured_ms"] > 0).all() and found["off_percent"].iloc[0] == pytest.approx(0, abs=1)


def test_a_server_is_measured_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    assert lessons.places() == ["fakeredis://"]
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    assert lessons.places() == ["fakeredis://", "redis://127.0.0.1:1"]
