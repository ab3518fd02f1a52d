"""Stream and batch: what the tracker counts minute by minute is what DuckDB counts from the raw events."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pandas as pd
import pytest

from reference.lab import trend_lessons, workload
from reference.twitter.backend import connect, delete_namespace
from reference.twitter.clock import ManualClock, datetime_from_ms
from reference.twitter.errors import InvalidInput
from reference.twitter.hyperloglog import STANDARD_ERROR
from reference.twitter.trend_window import Span
from reference.twitter.trends import Baseline, TrendPolicy, TrendTracker, exact, exact_usage

EVERYTHING = TrendPolicy(min_unique_users=1, min_diversity=0.0, min_velocity=0.0, keep=1000)

SPANS = [(3600, 1, 4), *(pytest.param(*span, marks=pytest.mark.slow) for span in [(21_600, 8, 2), (86_400, 20, 1)])]
"""window_s, least people, how many moments are compared."""


@pytest.fixture(scope="module")
def data() -> workload.Workload:
    return workload.load("small")


@pytest.fixture(scope="module")
def uses(data: workload.Workload) -> pd.DataFrame:
    return trend_lessons.uses_of(data)


def test_the_truth_is_what_counting_by_hand_gives() -> None:
    now_ms = 1_768_219_200_000
    rows = [("a", 1, 0, "BR"), ("a", 1, 59, "BR"), ("a", 2, 60, "JP"), ("a", 3, 119, "BR"), ("a", 4, 120, "BR"), ("b", 5, 1, None)]
    events = pd.DataFrame(
        [(tag, user, now_ms - ago * 60_000, region) for tag, user, ago, region in rows], columns=["tag", "user_id", "at_ms", "region"]
    )
    world = exact_usage(events, datetime_from_ms(now_ms)).drop(columns="recent")
    assert world.to_dict("records") == [
        {"tag": "a", "count": 2, "unique_users": 1, "previous": 2},
        {"tag": "b", "count": 1, "unique_users": 1, "previous": 0},
    ]
    assert exact_usage(events, now_ms, region="BR").drop(columns="recent").to_dict("records") == [
        {"tag": "a", "count": 2, "unique_users": 1, "previous": 1}
    ]
    assert exact_usage(events, now_ms)["recent"][1] == pytest.approx(0.5 ** (1 / 30))


def test_the_truth_refuses_what_it_cannot_count() -> None:
    with pytest.raises(InvalidInput, match="at_ms is missing"):
        exact(pd.DataFrame({"tag": [], "user_id": []}), 0)
    with pytest.raises(InvalidInput, match="region is missing"):
        exact(pd.DataFrame({"tag": [], "user_id": [], "at_ms": []}), 0, region="BR")
    with pytest.raises(InvalidInput, match="whole minutes"):
        exact(pd.DataFrame({"tag": [], "user_id": [], "at_ms": []}), 0, window_s=90)


@pytest.mark.parametrize(("window_s", "people", "checks"), SPANS)
def test_stream_and_batch_are_equal_on_the_dataset(
    data: workload.Workload, uses: pd.DataFrame, window_s: int, people: int, checks: int
) -> None:
    """fakeredis counts users exactly, so all must agree: tags, order, counts, users, velocity, score (but for the last digits)."""
    clock, baseline = ManualClock(int(uses["at_ms"][0]) // 1000), trend_lessons.baseline_of(data)
    policy = replace(EVERYTHING, min_unique_users=people, min_velocity=0.5)
    tracker = TrendTracker(connect("fakeredis://"), clock, policy, baseline=baseline)
    at_ms = uses["at_ms"].to_numpy()
    compared, step_ms = 0, 47 * 3_600_000 // checks
    for number in range(1, checks + 1):
        end_ms = int(at_ms[0]) + number * step_ms
        part = uses[(at_ms <= end_ms) & (at_ms > end_ms - step_ms) | (at_ms == at_ms[0]) & (number == 1)]
        clock.advance(end_ms / 1000 - clock.now())
        tracker.record_many(part["tag"].tolist(), part["user_id"].to_numpy(), part["at_ms"].to_numpy())
        truth = exact(uses[at_ms <= end_ms], end_ms, window_s, policy=policy, baseline=baseline)
        streamed = tracker.refresh(window_s)
        assert sorted((t.tag, t.count, t.unique_users, t.velocity) for t in streamed) == sorted(
            (t.tag, t.count, t.unique_users, t.velocity) for t in truth
        )
        assert [t.score for t in streamed] == pytest.approx([t.score for t in truth])
        compared += len(truth)
    assert compared > 20


def test_on_a_real_server_counts_are_exact_and_users_within_the_error_of_the_sketch(redis_url: str, uses: pd.DataFrame) -> None:
    redis, namespace = connect(redis_url), f"exact-{secrets.token_hex(4)}"
    end_ms = int(uses["at_ms"].iloc[-1])
    tracker = TrendTracker(redis, ManualClock(end_ms // 1000), EVERYTHING, namespace)
    tracker.record_many(uses["tag"].tolist(), uses["user_id"].to_numpy(), uses["at_ms"].to_numpy())
    for window_s in EVERYTHING.windows_s:
        truth = exact_usage(uses, end_ms, window_s).head(300).set_index("tag")
        span = Span.ending_at(end_ms, window_s)
        counted = {u.tag: u for u in tracker.counters.most_used("*", span, 0.5, 1, 100_000)}
        users = tracker.counters.users("*", span, truth.index.tolist())
        for tag, row in truth.iterrows():
            assert (counted[tag].count, counted[tag].previous) == (row["count"], row["previous"])
            assert counted[tag].recent == pytest.approx(row["recent"])
            assert abs(users[tag][0] - row["unique_users"]) <= max(1, 4 * STANDARD_ERROR * row["unique_users"])
    delete_namespace(redis, namespace)


# — what is usual —


def test_the_baseline_multiplies_a_tags_rate_by_the_season_of_the_hour() -> None:
    start = 1_768_176_000_000  # a Monday, 00:00
    rows = [
        (start + hour * 3_600_000, tag, count)
        for hour in range(7 * 24)
        for tag, count in (("busy", 30 if hour % 24 >= 12 else 10), ("rare", 1))
    ]
    hours = pd.DataFrame(rows, columns=["hour_ms", "tag", "count"])
    baseline = Baseline.from_hours(hours, until_ms=start + 7 * 86_400_000)
    night, day = (Span.ending_at(start + 7 * 86_400_000 + hour * 3_600_000 + 3_599_999, 3600) for hour in (3, 15))
    assert baseline.expected("busy", night) == pytest.approx(20 * 11 / 21)
    assert baseline.expected("busy", day) == pytest.approx(20 * 31 / 21)
    assert baseline.expected("rare", day) == pytest.approx(31 / 21)
    assert baseline.expected("never", day) == 0.0
    assert baseline.expected("busy", Span.ending_at(start + 8 * 86_400_000 - 1, 86_400)) == pytest.approx(20 * 24)


def test_the_baseline_sees_only_whole_days_before_now(data: workload.Workload) -> None:
    until_ms = int(data.tweets["created_ms"].iloc[0]) // 3_600_000 * 3_600_000
    with_future = Baseline.from_hours(data.hashtag_hours, until_ms)
    without = Baseline.from_hours(data.hashtag_hours[data.hashtag_hours["hour_ms"] < until_ms], until_ms)
    assert with_future.rates == without.rates and with_future.season == without.season
    assert len(with_future.rates) > 1000
    assert "moonlanding" not in {tag for _, tag in with_future.rates}


def test_an_empty_week_expects_nothing() -> None:
    baseline = Baseline.from_hours(pd.DataFrame({"hour_ms": [], "tag": [], "count": []}), until_ms=1_768_176_000_000)
    assert baseline.expected("music", Span.ending_at(1_768_176_000_000, 3600)) == 0.0
    assert baseline.season == [1.0] * 168


def test_a_baseline_by_region_keeps_them_apart() -> None:
    hours = pd.DataFrame({"hour_ms": [0, 0], "tag": ["a", "a"], "count": [4, 6], "region": ["BR", "*"]})
    baseline = Baseline.from_hours(hours, until_ms=3_600_000)
    span = Span.ending_at(3_600_000 + 3_599_999, 3600)
    assert (baseline.expected("a", span, "BR"), baseline.expected("a", span), baseline.expected("a", span, "JP")) == (4.0, 6.0, 0.0)
