"""What the notebook on trends ranks, counts and draws is so: windows, scores and sketches against the truth, the policy and Redis."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from reference.lab import trend_charts, workload
from reference.lab import trend_lessons as lessons
from reference.lab import trend_scores as scores
from reference.lab.whatif import Slider, whatif
from reference.twitter.backend import connect
from reference.twitter.errors import InvalidInput
from reference.twitter.heavy_hitters import HeavyHitters
from reference.twitter.hyperloglog import sketch, user_elements
from reference.twitter.trend_policy import Usage
from reference.twitter.trends import exact


@pytest.fixture(scope="module")
def data() -> workload.Workload:
    return workload.load("small")


@pytest.fixture(scope="module")
def table(data: workload.Workload) -> pd.DataFrame:
    return scores.watch(data)


@pytest.mark.parametrize(("day", "clock"), [(1, "01:10"), (1, "02:00"), (1, "20:30"), (2, "04:40"), (2, "20:00")])
def test_the_table_ranks_as_the_exact_trends_do(data: workload.Workload, table: pd.DataFrame, day: int, clock: str) -> None:
    rows = scores.at(table, day, clock)
    truth = exact(lessons.uses_of(data), int(rows["at_ms"].iloc[0]), policy=lessons.CITY, baseline=lessons.baseline_of(data))
    found = scores.top(rows, scores.ours(rows), 50)
    assert list(zip(found["tag"], found["count"], found["people"], strict=True)) == [(t.tag, t.count, t.unique_users) for t in truth]
    assert found["score"].tolist() == pytest.approx([trend.score for trend in truth])


def test_our_score_of_a_table_is_the_policys_of_each_row(table: pd.DataFrame) -> None:
    some = table.sample(500, random_state=1)
    for policy in (lessons.CITY, replace(lessons.CITY, min_unique_users=2, min_velocity=1.0, min_diversity=0.9)):
        columns = ("tag", "count", "recent", "previous", "expected", "people")
        usages = [Usage(*row) for row in some[list(columns)].itertuples(index=False)]
        expected = [policy.score(usage) if policy.may_trend(usage) else 0.0 for usage in usages]
        assert scores.ours(some, policy).tolist() == pytest.approx(expected)


def test_the_best_score_has_the_first_place_and_no_score_has_none() -> None:
    rows = pd.DataFrame({"at_ms": [1, 1, 1, 2], "tag": list("abca"), "count": [9, 5, 4, 1]})
    listed = scores.top(rows, pd.Series([1.0, 3.0, 3.0, 0.0]), 2)
    assert listed[["at_ms", "tag", "place"]].to_numpy().tolist() == [[1, "b", 1], [1, "c", 2]]


def test_published_scores_are_what_the_designs_say() -> None:
    rows = pd.DataFrame({"count": [135, 30, 40], "people": [16, 300, 40], "previous": [0, 30, 10], "history": [np.nan, 30.0, 2.0]})
    assert scores.design_c(rows).tolist() == pytest.approx([21.6, 2.0, 8.0])
    assert scores.design_c(rows, people=2).tolist() == pytest.approx([270.0, 2.0, 40.0])
    assert scores.design_e(rows).tolist() == [0, 300, 160] and scores.design_e(rows, least=1_000).tolist() == [0, 0, 0]


def test_a_burst_is_listed_in_the_minute_of_its_twentieth_person_and_not_before(data: workload.Workload) -> None:
    soon = scores.how_soon(data)
    real = data.bursts[(data.bursts["kind"] == "real") & (data.bursts["start_ms"] >= int(data.tweets["created_ms"].iloc[0]))]
    assert soon["people"].to_dict() == dict(zip(real["tag"], real["unique_users"], strict=True))
    assert ((soon["behind the crowd, min"] > 0) & (soon["behind the crowd, min"] < 1)).all()
    assert (soon["listed, min"] - soon["20 people, min"] - soon["behind the crowd, min"]).abs().max() < 0.11, "three rounded numbers"
    assert (soon["people after 5 min"] < 20).all() and (soon["20 people, min"] > 5).all()


def test_a_burst_that_is_not_listed_has_no_delay(data: workload.Workload) -> None:
    never = scores.how_soon(data, replace(lessons.CITY, min_unique_users=10_000), within_min=2)
    assert len(never) == 6 and never["listed, min"].isna().all()


def test_a_comparison_counts_places_by_kind(table: pd.DataFrame) -> None:
    report = scores.compare(table, {"raw": table["count"], "nothing": table["count"] * 0})
    assert report.loc["raw", ["real bursts", "bots", "everyday tags"]].sum() == 5 * table["at_ms"].nunique()
    assert report.loc["nothing"].tolist() == [0, 0, 0, 0, 0, 1.0]


def test_the_clock_hour_never_sees_more_than_the_last_sixty_minutes_and_as_much_at_its_end(data: workload.Workload) -> None:
    edge = lessons.by_clock_hour(lessons.uses_of(data), "coffee", (1, 40))
    assert (edge["clock hour"] <= edge["last 60 minutes"]).all()
    at_the_end = edge[np.isclose(edge["hour"] % 1, 0)]
    assert len(at_the_end) == 39 and (at_the_end["clock hour"] == at_the_end["last 60 minutes"]).all()


@pytest.mark.parametrize("users", [100, 10_000, 300_000])
def test_a_sketch_estimates_its_users(users: int) -> None:
    assert lessons.hll_count(sketch(user_elements(np.arange(users)))) == pytest.approx(users, rel=0.025)


def test_sketches_err_as_much_as_hyperloglog_does() -> None:
    errors = lessons.hll_errors_percent(users=100_000, tags=60)
    assert 0.5 < errors.std() < 1.1 and abs(errors.mean()) < 0.4


def test_our_estimate_is_rediss_own(redis_url: str) -> None:
    redis, key = connect(redis_url), f"sketch-{secrets.token_hex(4)}"
    stored = sketch(user_elements(np.arange(200_000)))
    redis.set(key, stored)
    counted, size = redis.pfcount(key), redis.strlen(key)
    redis.delete(key)
    assert lessons.hll_count(stored) == pytest.approx(counted, rel=0.005) and size == len(stored) == 12_304


def test_an_exact_set_takes_about_as_many_bytes_a_person_as_we_say(redis_url: str) -> None:
    redis, key = connect(redis_url), f"people-{secrets.token_hex(4)}"
    redis.sadd(key, *range(1_500_000_000_000_000_000, 1_500_000_000_000_000_000 + 90_000_000, 900))
    size_bytes = redis.memory_usage(key, samples=0)
    redis.delete(key)
    assert size_bytes / 100_000 == pytest.approx(lessons.REDIS_SET_OF_10M_BYTES / 1e7, rel=0.2)


def test_what_the_front_keeps_back_is_missed_and_nothing_is_made_up(data: workload.Workload) -> None:
    uses = lessons.uses_of(data)
    passed = lessons.through_the_front(uses, HeavyHitters(least=10, log2_size=8))
    assert passed["used"].sum() == len(uses) and (passed["missed"] >= 0).all()
    assert (passed.loc[passed["used"] < 10, "let through"] == 0).all() and passed.loc["coffee", "let through"] > 1_000


@pytest.fixture(scope="module")
def history(table: pd.DataFrame) -> trend_charts.Ranks:
    return trend_charts.Ranks.of(table, {"raw counts": table["count"], "ours": scores.ours(table)})


def test_ranks_at_a_moment_are_the_lists_of_that_look(table: pd.DataFrame, history: trend_charts.Ranks) -> None:
    assert history.moments()[0] == "Mon 01:00" and history.moments()[-1] == "Wed 00:00"
    said = history.listed(history.at("Tue 04:40"))
    first = scores.top(scores.at(table, 2, "04:40"), scores.at(table, 2, "04:40")["count"], 3)["tag"]
    assert said == {"raw counts": " · ".join(first), "ours": "चंद्रयान"}
    assert history.listed(history.at("Mon 17:40"))["ours"] == "nobody"
    with pytest.raises(InvalidInput, match="Mon 01:00"):
        history.at("Mon 17:41")


def test_a_line_of_ranks_breaks_where_its_tag_was_not_listed(history: trend_charts.Ranks) -> None:
    figure = history.figure(history.at("Mon 17:40"))
    raw_real = next(trace for trace in figure.data if trace.name == "real bursts" and trace.yaxis in (None, "y"))
    points = [(x, y) for x, y in zip(raw_real.x, raw_real.y, strict=True) if x is not None]
    assert points and all(9.6 < x <= 17.7 and 1 <= y <= 10 for x, y in points)
    assert len(figure.data) == 6 and any(note.text == "promo_x9" for note in figure.layout.annotations)


def test_moving_the_time_redraws_in_time(history: trend_charts.Ranks) -> None:
    panel = whatif(
        history.at, {"moment": Slider("time", values=history.moments(2), default="Mon 17:40")}, history.figure, numbers=history.listed
    )
    assert panel.figure.layout.title.text.startswith("Mon 17:40")
    took = []
    for moment in ("Tue 04:40", "Tue 17:00", "Mon 02:00"):
        start = time.process_time()
        panel.sliders["moment"].value = moment
        took.append(time.process_time() - start)
        assert panel.figure.layout.title.text.startswith(moment)
    assert sorted(took)[1] < 0.3, "a tenth of a second at a desk; three times as much where others work too"


def test_a_lower_floor_lets_more_in(table: pd.DataFrame) -> None:
    listed = [trend_charts.doors(table, people, 3).iloc[0] for people in (100, 20, 15, 10)]
    assert [row["bots listed"] for row in listed] == [0, 0, 2, 3] and [row["real found"] for row in listed] == [3, 6, 6, 6]
    assert "6 of 6 real bursts" in trend_charts.doors_figure(trend_charts.doors(table, 20, 3)).layout.title.text


def test_a_chart_of_places_and_one_of_errors_hold_what_they_are_given(table: pd.DataFrame) -> None:
    report = scores.compare(table, {"raw": table["count"], "ours": scores.ours(table)})
    figure = trend_charts.places_figure(report, "who holds the places")
    assert {trace.name: list(trace.x) for trace in figure.data} == {name: report[name].tolist() for name in trend_charts.HELD}
    errors = np.array([-3.1, -0.1, 0.0, 0.1, 2.0])
    assert sum(trend_charts.errors_figure(errors, "errors").data[0].y) == len(errors)
