"""What the notebook on requirements counts is so: late pages, one's own tweet, partitions, crashes, scopes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reference.estimation.availability import downtime
from reference.estimation.scenario import Scenario
from reference.lab import requirement_lessons as lessons
from reference.lab.acknowledged import Crash, Replicas, crash, partition_table
from reference.twitter.clock import ManualClock
from reference.twitter.errors import InvalidInput, Unavailable
from reference.twitter.platform import Platform

NOON = 1_768_219_200


@pytest.fixture
def app() -> Iterator[Platform]:
    with Platform.open("fakeredis://", clock=ManualClock(NOON), partitions=1) as platform:
        yield platform


def test_old_pages_are_the_reads_during_the_lag(app: Platform) -> None:
    author, fans = lessons.audience(app, followers=3)
    assert [lessons.old_pages(app, author, fans, lag) for lag in (0, 0.5, 1, 5)] == [0, 1, 2, 10]
    assert lessons.old_pages(app, author, fans, lag_s=1, pages_per_s=4, seconds=2) == 4


def test_lateness_by_hand() -> None:
    scenario = Scenario(
        users=1_000, daily_users=500, tweets_per_day=2_000, timelines_per_user=10, follows_per_user=50, largest_following=100
    )
    late = lessons.lateness(scenario, lag_s=864)  # a hundredth of a day
    assert late.missing == pytest.approx(50 * 2 / 100)  # followees x tweets of each
    assert late.old_pages == pytest.approx(50 * 10 * 0.5 / 100)  # followers x loads, of whom half come
    assert late.largest_old_pages == pytest.approx(2 * late.old_pages)
    assert late.share == pytest.approx(63.212, abs=0.001)  # 1 - 1/e
    assert lessons.lateness(scenario).lag_s == scenario.visible_within


def test_the_lateness_figure_stands_where_the_slider_does() -> None:
    result = lessons.lateness_at(5, follows=200)
    figure = lessons.lateness_figure(result)
    assert (list(figure.data[1].x), list(figure.data[1].y)) == ([5], [result[0].share])
    assert len(figure.data[0].x) == len(lessons.LAGS_S) and "5 s" in figure.layout.title.text


def test_authors_see_their_tweet_at_once_and_never_where_it_is_only_pushed(app: Platform) -> None:
    author, (fan, *_) = lessons.audience(app, followers=2)
    tweet = app.tweets.post(author, "mine")
    assert lessons.shows(app, author, tweet) and not lessons.shows(app, fan, tweet)
    app.drain()
    assert lessons.shows(app, fan, tweet) and lessons.shows_pushed_only(app, fan, tweet)
    assert not lessons.shows_pushed_only(app, author, tweet)


def test_the_month_figure_draws_the_minutes_that_a_promise_leaves() -> None:
    figure = lessons.month_figure({"weak": 0.99, "strong": 0.9999})
    hours = {trace.name: trace.x[0] for trace in figure.data[1:]}
    assert hours == {"weak: down, hours": downtime(0.99) / 60, "strong: down, hours": downtime(0.9999) / 60}
    assert "weak" in figure.layout.title.text


def test_what_is_left_out_saves_its_own_cost() -> None:
    scenario = Scenario.load("A")
    table = lessons.price_of(scenario, {"media": {"media_share": 0}, "nothing": {"media_share": scenario.media_share}})
    assert table.loc["nothing"].tolist() == [0, 0, "none"]
    assert table.loc["media", "saves, M USD a month"] > 0 and "Where do media go?" in table.loc["media", "decided otherwise without it"]


def test_a_majority_answers_and_a_minority_refuses_under_cp() -> None:
    replicas = Replicas("CP")
    replicas.write("Tokyo", "name", "before")
    replicas.cut("Tokyo")
    replicas.write("Lisbon", "name", "after")
    assert replicas.read("Madrid", "name") == "after"
    with pytest.raises(Unavailable, match="Tokyo reaches 1 of 3"):
        replicas.read("Tokyo", "name")
    assert replicas.heal() == [] and replicas.read("Tokyo", "name") == "after"


def test_under_ap_both_answer_and_the_earlier_write_is_lost() -> None:
    replicas = Replicas("AP")
    replicas.write("Lisbon", "name", "before")
    replicas.cut("Tokyo")
    assert replicas.read("Tokyo", "name") == "before"
    replicas.write("Lisbon", "name", "Lisbon's")
    replicas.write("Tokyo", "name", "Tokyo's")
    assert replicas.read("Madrid", "name") == "Lisbon's"
    assert replicas.heal() == ["Lisbon's"]
    assert {replicas.read(name, "name") for name in replicas.copies} == {"Tokyo's"}


def test_a_value_that_is_merely_stale_was_not_lost() -> None:
    replicas = Replicas("AP")
    replicas.write("Lisbon", "name", "before")
    replicas.cut("Tokyo")
    replicas.write("Lisbon", "name", "after")
    assert replicas.heal() == []


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(InvalidInput, match="CP"):
        Replicas("CA")


def test_keys_of_their_own_lose_nothing_and_shared_ones_do() -> None:
    table = partition_table()
    assert table["CP: acknowledged of 2"].tolist() == [1] * 4 and table["AP: acknowledged of 2"].tolist() == [2] * 4
    assert table["AP: of these lost at healing"].tolist() == [1, 0, 1, 0]


def test_a_killed_process_loses_nothing_that_it_acknowledged() -> None:
    assert crash(tweets=5) == Crash(acknowledged=5, stored=5, on_the_page=5)


def test_scopes_count_what_is_in() -> None:
    table = lessons.scope_table()
    assert set(table.index[table["designs"] == 5]) == {"post a tweet", "follow and unfollow", "home timeline"}
    assert table.loc["search", list("ABCDE")].tolist() == ["later", "in", "in", "later", "in"]
    assert set(table[list("ABCDE")].to_numpy().ravel()) == {"in", "later", ""}


def test_the_tables_of_a_scenario_say_what_it_states() -> None:
    scenario = Scenario(slo=99.9, daily_users=1_000_000, timelines_per_user=5).but("yours", visible_within=2)
    stated, numbers = lessons.stated_table(scenario, lambda name, value: f"{name} {value:g}"), lessons.in_numbers(scenario)["in numbers"]
    assert stated["where"].tolist() == ["changed here"] and stated["stated"].tolist() == ["visible_within 2"]
    assert numbers["99.9 % available"] == "43.8 min down a month, 526 min a year"
    assert numbers["a p99 of the home timeline"] == "50,000 of 5 M loads a day may be slower"
    assert numbers["the same, of 5 parts in a row"] == "each part needs 99.9800 %"
