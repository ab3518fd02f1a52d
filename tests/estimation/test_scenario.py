"""Scenarios: frozen, validated, from TOML or keyword."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from reference.estimation import EstimationError, Scenario, UnknownName, estimate
from reference.estimation.scenario import HOUSE, assumptions


@pytest.mark.parametrize("letter", "ABCDE")
def test_every_published_design_is_a_scenario(letter: str):
    scenario = Scenario.load(letter)
    assert scenario.name == letter and {"daily_users", "tweets_per_day", "celebrity_threshold"} <= set(scenario.stated())
    assert all(scenario.source(name).startswith(f"{letter}, ") for name in scenario.stated())
    assert len(estimate(scenario)) > 50


def test_a_design_that_there_is_not_is_named_with_those_that_there_are():
    with pytest.raises(UnknownName, match="'Z'; known: A, B, C, D, E"):
        Scenario.load("Z")


def test_a_scenario_cannot_be_changed_only_copied():
    scenario = Scenario()
    with pytest.raises(FrozenInstanceError):
        scenario.users = 1  # type: ignore[misc]
    changed = scenario.but(users=10e6, daily_users=1e6)
    assert (changed.daily_users, scenario.daily_users) == (1e6, 200e6)
    assert changed.source("daily_users") == "changed here" and changed.source("tweet_bytes") == HOUSE


@pytest.mark.parametrize("wrong", [-1, 0, float("nan"), float("inf"), True, "many", None, 1e30])
def test_an_assumption_out_of_range_is_refused_by_name(wrong: object):
    with pytest.raises(EstimationError, match="tweets_per_day must be"):
        Scenario(tweets_per_day=wrong)  # type: ignore[arg-type]


def test_more_people_a_day_than_accounts_are_refused():
    with pytest.raises(EstimationError, match="daily_users must be at most users"):
        Scenario(users=1_000, daily_users=2_000)


def test_an_assumption_that_there_is_not_is_refused():
    with pytest.raises(UnknownName, match="no assumption 'tweeters'"):
        Scenario().but(tweeters=3)
    with pytest.raises(UnknownName):
        Scenario().source("tweeters")


@pytest.mark.parametrize("name", assumptions())
def test_every_default_is_within_its_range_and_has_a_meaning(name: str):
    about = assumptions()[name]
    assert about["low"] <= getattr(Scenario(), name) <= about["high"]
    assert about["says"] and about["spread"] >= 1


def test_a_file_is_a_scenario(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text('[scenario]\nusers = 2_000\ndaily_users = { value = 1_000, section = "interview" }\n')
    scenario = Scenario.from_toml(path)
    assert (scenario.name, scenario.users, scenario.daily_users) == ("mine", 2_000, 1_000)
    assert scenario.source("daily_users") == "mine, interview" and scenario.source("users") == "mine"


@pytest.mark.parametrize(
    "text",
    ["[scenario]\nusers = 'many'\n", "[scenario]\nuzers = 1\n", "[scenario\n", "[scenario]\nusers = { section = 'x', value = -1 }\n"],
)
def test_a_file_that_is_no_scenario_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(EstimationError):
        Scenario.from_toml(path)
