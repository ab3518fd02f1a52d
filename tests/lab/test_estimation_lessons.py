"""What the notebook on estimation shows: decisions between their limits, decisions in doubt, five designs apart, flashcards."""

from __future__ import annotations

import math
import statistics
import time

import pytest

from reference.estimation.curveballs import throw, throws
from reference.estimation.decisions import decisions
from reference.estimation.estimate import estimate
from reference.estimation.scenario import Scenario
from reference.estimation.uncertainty import uncertain
from reference.lab import decision_dials as dials
from reference.lab import estimation_lessons as lessons
from reference.lab import five_designs
from reference.lab.timeline_bytes import MEASURED_BYTES, MEASURED_ENTRIES

REDRAW_LIMIT_S = 0.1


@pytest.fixture(scope="module")
def a() -> Scenario:
    return Scenario.load("A")


@pytest.fixture
def in_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_LAB", "1")


# — the beats —


@pytest.mark.parametrize("entries", [100, 800])
def test_the_estimate_counts_an_entry_as_it_was_measured(a: Scenario, entries: int):
    measured_bytes = MEASURED_BYTES["sorted set"][MEASURED_ENTRIES.index(entries)]
    assert estimate(a.but(timeline_entries=entries))["entry_memory"].value * entries == pytest.approx(measured_bytes, rel=0.005)


def test_the_129th_entry_changes_the_cache_and_the_ids_do_not(a: Scenario):
    ways = {way: estimate(each)["timeline_cache_bytes"].value for way, each in lessons.cache_table(a).items()}
    assert ways["129 entries in Redis"] > 9 * ways["128 entries in Redis"]
    assert ways["800 ids of 8 bytes"] == pytest.approx(8 * ways["100 ids of 8 bytes"])


def test_followees_cancel_between_push_and_pull(a: Scenario):
    pull, push = lessons.load_figure(a).data
    assert [ours / theirs for ours, theirs in zip(pull.y, push.y, strict=True)] == pytest.approx([4] * len(push.y))


@pytest.mark.parametrize("draw", [lessons.storage_figure, lessons.cost_figure])
def test_the_title_names_the_largest_bar_and_its_share(a: Scenario, draw):
    figure = draw(a)
    share = 100 * figure.data[0].x[0] / sum(figure.data[0].x)
    assert max(figure.data[0].x) == figure.data[0].x[0]
    assert figure.layout.title.text.startswith(f"{figure.data[0].y[0].capitalize()}: {share:.0f} %")


def test_a_service_without_media_draws_its_rows(a: Scenario):
    assert lessons.storage_figure(a.but(media_share=0)).layout.title.text.startswith("Tweets")


def test_a_rounded_day_keeps_the_design_and_the_slip_changes_it(a: Scenario):
    reached = lessons.days(a)["stores are reached"].tolist()
    assert reached[0] == reached[1] != reached[2]


def test_picked_rows_say_what_they_decide(a: Scenario):
    [row] = lessons.pick(estimate(a), "push_advantage").cells()
    assert row[2] == "4 requests/delivery" and "push on write" in row[-1]


# — decisions between their limits —


def test_standing_agrees_with_the_estimate(a: Scenario):
    found = estimate(a)
    assert dials.standing(a) == pytest.approx({name: found[each.row].value for name, each in decisions().items()})


@pytest.mark.parametrize("name", [each.name for each in throws()])
def test_a_curveball_flips_the_same_decisions_in_the_panel_and_in_the_estimate(a: Scenario, name: str):
    flips = dials.moved(a, dials.thrown(a, name)).flips()
    assert flips == {flip.decision: flip.after for flip in throw(name, a).flips}


def test_a_decision_flips_when_its_number_moves_by_more_than_its_margin(a: Scenario):
    for name, value in dials.standing(a).items():
        margin = dials.margin(name, value)
        if math.isfinite(margin):
            choices = {decisions()[name].choose(value * factor) for factor in (1 / (1.01 * margin), 1.01 * margin)}
            near = {decisions()[name].choose(value * factor) for factor in (1.01 / margin, margin / 1.01)}
            assert len(choices | {decisions()[name].choose(value)}) > 1 and near == {decisions()[name].choose(value)}


def test_the_dials_at_rest_move_nothing(a: Scenario):
    at_rest = dials.dialled(a, 1, a.timelines_per_user, a.follows_per_user, a.timeline_entries, a.retention)
    moved = dials.moved(a, at_rest)
    assert moved.flips() == {} and moved.title().startswith("Nothing has moved yet")


def test_the_chart_has_a_line_for_every_decision_the_nearest_to_its_limit_on_top(a: Scenario):
    moved = dials.moved(a, dials.thrown(a, "lurkers leave"))
    figure = dials.moved_figure(moved)
    limits, stands, flips = figure.data
    assert len(stands.y) + len(flips.y) == len(decisions()) and len(flips.y) == len(moved.flips()) == 3
    assert figure.layout.yaxis.categoryarray[-1] == dials.said(moved.order()[0])
    assert all(1 / dials.EDGE <= x <= dials.EDGE for trace in (limits, stands, flips) for x in trace.x)


def test_what_was_nothing_before_stands_at_the_edge(a: Scenario):
    moved = dials.moved(a, dials.thrown(a, "ranked feed"))
    assert moved.before["ranking"] == 0 and moved.place("ranking") == dials.EDGE and list(moved.flips()) == ["ranking"]


def test_a_service_of_any_size_is_a_scenario(a: Scenario):
    for size in (1e-9, 1e9):
        assert estimate(dials.sized(a, size))["tweets_peak"].value > 0


def test_turning_a_dial_redraws_and_says_what_flipped(a: Scenario, in_lab: None):
    panel = dials.dials(a)
    panel.sliders["entries"].value = 800
    assert "a cluster, and fewer bytes an entry" in panel.readout.value and "flip" in panel.figure.layout.title.text
    panel.sliders["entries"].value = a.timeline_entries
    assert "none" in panel.readout.value and len(panel.figure.data[2].x) == 0


def test_a_curveball_is_asked_before_it_is_answered(a: Scenario, in_lab: None):
    panel = dials.balls(a)
    for number, ball in enumerate(throws(), start=1):
        panel.sliders["stop"].value = f"{number}: {dials.ASKED}"
        assert ball.says in panel.figure.layout.title.text.replace("<br>", " ") and "say which" in panel.readout.value
        panel.sliders["stop"].value = f"{number}: {dials.FLIPS}"
        assert "flip" in panel.figure.layout.title.text and "say which" not in panel.readout.value


@pytest.mark.slow
@pytest.mark.timed
@pytest.mark.parametrize("build", [dials.dials, dials.balls])
def test_a_panel_redraws_within_a_tenth_of_a_second(a: Scenario, in_lab: None, build):
    panel = build(a)
    dial = next(iter(panel.sliders.values()))
    times = []
    for _ in range(3):
        for value in [value for _, value in dial.options if value != dial.value]:
            started = time.perf_counter()
            dial.value = value
            times.append(time.perf_counter() - started)
    assert statistics.median(times) < REDRAW_LIMIT_S


@pytest.mark.parametrize(
    "changes", [{"media_share": 0, "likes_per_user": 0}, {"users": 1, "daily_users": 1, "tweets_per_day": 1}, {"follows_per_user": 0}]
)
def test_yours_may_be_any_scenario(a: Scenario, in_lab: None, changes: dict[str, float]):
    yours = a.but("", **changes)
    for draw in (lessons.load_figure, lessons.storage_figure, lessons.cache_figure, lessons.cost_figure):
        assert draw(yours).layout.title.text
    for build in (dials.dials, dials.balls):
        panel = build(yours)
        dial = next(iter(panel.sliders.values()))
        for _, value in dial.options:
            dial.value = value
            assert "alert" not in panel.readout.value


# — what may be wrong —


def test_doubts_are_those_of_the_monte_carlo_largest_first(a: Scenario):
    found = lessons.doubts(a, n=1_000)
    assert set(found) == set(decisions()) and list(found.values()) == sorted(found.values(), reverse=True)
    assert found["fanout_policy"] > lessons.DOUBT_PERCENT and found["media_store"] == 0


def test_the_title_counts_the_decisions_in_doubt(a: Scenario):
    grave = sum(chance >= lessons.DOUBT_PERCENT for chance in lessons.doubts(a).values())
    figure = lessons.doubt_figure(a)
    assert figure.layout.title.text.startswith(f"{grave} of {len(decisions())} decisions")
    assert sum(x >= lessons.DOUBT_PERCENT for x in figure.data[0].x) == grave


def test_a_histogram_marks_its_percentiles_and_the_limits_inside(a: Scenario):
    notes = [note.text for note in lessons.spread_figure(uncertain(a, "push_advantage"), "Spread").layout.annotations]
    assert any(note.startswith("5 %") for note in notes) and "limit 2" in notes and "limit 0.5" not in notes


# — five designs, flashcards —


def test_one_assumption_at_a_time_explains_the_whole_ratio_of_a_product():
    one, other = Scenario.load("A"), Scenario.load("B")
    factors = five_designs.why_apart("push_advantage", one, other, top=99)
    whole = five_designs.value(other, "push_advantage") / five_designs.value(one, "push_advantage")
    assert math.prod(factors.values()) == pytest.approx(whole)


def test_any_design_can_take_any_assumption_of_any_other():
    loaded = [Scenario.load(letter) for letter in five_designs.DESIGNS]
    for one in loaded:
        for other in loaded:
            five_designs.why_apart("tweets_peak", one, other)


def test_the_chart_of_five_designs_is_relative_to_a_and_names_the_row_furthest_apart():
    found = five_designs.five()
    figure = five_designs.five_figure(found, ["tweets_peak", "push_advantage"])
    assert [trace.name for trace in figure.data] == list("ABCDE") and list(figure.data[0].x) == [1, 1]
    assert f"{five_designs.spread_of(found, 'push_advantage'):.0f}×" in figure.layout.title.text


def test_decisions_that_differ_differ():
    assert all(len(set(row[1:])) > 1 for row in five_designs.differing(five_designs.five()).cells())


def test_the_back_of_a_flashcard_is_computed():
    backs = {card.front: card.back for card in lessons.flashcards()}
    assert len(backs) == len(lessons.flashcards()) >= 12
    assert backs["Seconds in a day?"] == "86,400 s" and backs["Redis, a sorted set of 800 ids: bytes for an entry?"] == "120 B/entry"
    assert backs["99.99 %: how much downtime in a month?"] == "4.38 min/month"
