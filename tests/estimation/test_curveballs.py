"""Curveballs: one input changes, and it is said which decisions flip."""

from __future__ import annotations

import pytest

from reference.estimation import EstimationError, Scenario, curveball, estimate
from reference.estimation.curveballs import drawn, throw, throws
from reference.estimation.decisions import decisions

A = Scenario.load("A")


def test_the_same_seed_throws_the_same():
    assert curveball(7).name == curveball(7).name == drawn(7).name
    assert {drawn(seed).name for seed in range(200)} == {each.name for each in throws()}


@pytest.mark.parametrize("each", throws(), ids=lambda each: each.name)
def test_every_curveball_flips_a_decision_of_design_a(each):
    ball = throw(each.name, A)
    assert ball.flips and ball.says.endswith(".")
    for flip in ball.flips:
        offered = {band.choose for band in decisions()[flip.decision].bands}
        assert flip.before != flip.after and {flip.before, flip.after} <= offered


@pytest.mark.parametrize("each", throws(), ids=lambda each: each.name)
def test_what_a_curveball_does_not_touch_stays(each):
    touched = set(each.times) | set(each.set) | ({"budget"} if each.budget_share else set())
    after = each.applied(A)
    assert {name for name in A.quantities() if getattr(after, name) != getattr(A, name)} == touched


def test_which_decision_flips_is_what_the_story_says():
    expected = {
        "one region": "regions",
        "ranked feed": "ranking",
        "a minute will do": "celebrities",
        "half the budget": "budget",
        "lurkers leave": "fanout_policy",
    }
    for name, decision in expected.items():
        assert decision in {flip.decision for flip in throw(name, A).flips}, name


def test_half_the_budget_is_half_of_what_it_costs():
    ball = throw("half the budget", A)
    assert ball.after.scenario.budget == pytest.approx(estimate(A)["cost_total"].value / 2)


def test_it_says_which_rows_moved_and_by_how_much():
    moved = throw("ten times the readers' appetite", A).moved()
    assert moved["timelines_peak"] == pytest.approx(10) and "tweets_peak" not in moved


@pytest.mark.parametrize("scenario", [Scenario(), Scenario(users=1, daily_users=1, tweets_per_day=1, budget=1)])
def test_any_scenario_can_be_thrown_at(scenario: Scenario):
    for each in throws():
        assert throw(each.name, scenario).name == each.name


def test_a_curveball_that_there_is_not_is_named():
    with pytest.raises(EstimationError, match="no curveball 'rain'"):
        throw("rain")
