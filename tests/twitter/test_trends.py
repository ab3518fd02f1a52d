"""The tracker beyond its contract: what it stores, for how long, how it is read, what it refuses."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from reference.lab.meter import Meter
from reference.twitter.backend import connect, delete_namespace
from reference.twitter.clock import ManualClock
from reference.twitter.errors import InvalidInput
from reference.twitter.trend_policy import Trend, TrendPolicy, Usage
from reference.twitter.trends import TrendTracker

POLICY = TrendPolicy(min_unique_users=3)
HOUR_S, DAY_S = 3600, 86_400


@pytest.fixture
def namespace(redis: Any) -> Iterator[str]:
    name = f"trends-{secrets.token_hex(4)}"
    yield name
    delete_namespace(redis, name)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_768_219_200)


def crowd(tracker: TrendTracker, tag: str, size: int = 10, first: int = 1, **where: Any) -> None:
    users = list(range(first, first + size))
    region = where.pop("region", None)
    tracker.record_many([tag] * size, users, where.pop("at", None), None if region is None else [region] * size)


# — reading —


def test_readers_are_served_from_one_key_until_the_interval_has_passed(redis: Any, namespace: str, clock: ManualClock) -> None:
    writer, reader = (TrendTracker(redis, clock, POLICY, namespace) for _ in range(2))
    crowd(writer, "first")
    assert [trend.tag for trend in reader.top()] == ["first"]
    crowd(writer, "second", 20)
    assert [trend.tag for trend in reader.top()] == ["first"]
    clock.advance(POLICY.refresh_s - 1)
    assert [trend.tag for trend in reader.top()] == ["first"]
    clock.advance(1)
    assert [trend.tag for trend in reader.top()] == ["second", "first"]


def test_a_read_between_refreshes_is_one_command(namespace: str, clock: ManualClock) -> None:
    redis = connect("fakeredis://")
    writer, reader = (TrendTracker(redis, clock, POLICY, namespace) for _ in range(2))
    crowd(writer, "first")
    writer.refresh()
    with Meter(redis) as meter:
        for _ in range(5):
            reader.top()
    assert meter.commands == 5


def test_who_records_sees_it_at_once_in_every_window(redis: Any, namespace: str, clock: ManualClock) -> None:
    tracker = TrendTracker(redis, clock, POLICY, namespace)
    for size in (5, 7):
        crowd(tracker, f"tag{size}", size)
        assert {len(tracker.top(window_s=window_s)) for window_s in POLICY.windows_s} == {1 if size == 5 else 2}


def test_a_refreshed_list_reads_as_it_was_computed(redis: Any, namespace: str, clock: ManualClock) -> None:
    tracker = TrendTracker(redis, clock, POLICY, namespace)
    crowd(tracker, "उत्तरप्रदेश", 7)
    computed = tracker.refresh()
    assert TrendTracker(redis, clock, POLICY, namespace).top() == computed == [Trend("उत्तरप्रदेश", 7, 7, 8.0, computed[0].score)]


def test_a_ban_holds_at_once_for_everybody_and_can_be_lifted(redis: Any, namespace: str, clock: ManualClock) -> None:
    tracker, reader = (TrendTracker(redis, clock, POLICY, namespace) for _ in range(2))
    crowd(tracker, "slur")
    assert len(reader.top()) == 1
    tracker.ban("SLUR")
    assert (reader.top(), reader.banned()) == ([], {"slur"})
    tracker.unban("Slur")
    assert [trend.tag for trend in reader.top()] == ["slur"]


def test_a_small_tag_that_explodes_is_found_behind_hundreds_of_large_ones_that_do_not(
    redis: Any, namespace: str, clock: ManualClock
) -> None:
    """Candidates are looked at in the order of what they could score at most, and no longer than needed."""
    policy = TrendPolicy(min_unique_users=3, keep=10)
    tracker = TrendTracker(redis, clock, policy, namespace)
    for _ in range(2):
        tags = [f"steady{i}" for i in range(200) for _ in range(40)]
        tracker.record_many(tags, [user for _ in range(200) for user in range(40)])
        clock.advance(HOUR_S)
    tracker.record_many([f"steady{i}" for i in range(200) for _ in range(42)], [user for _ in range(200) for user in range(42)])
    crowd(tracker, "small", 12)
    assert tracker.top()[0].tag == "small"
    assert len(tracker.top()) == 10


# — what is stored —


def test_every_key_bears_the_namespace_its_shards_hash_tag_and_an_end(redis: Any, namespace: str, clock: ManualClock) -> None:
    tracker = TrendTracker(redis, clock, POLICY, namespace, shards=2)
    for number in range(20):
        crowd(tracker, f"Tag{number}", 5, region="BR", at=clock_datetime(clock, hours_ago=number % 5))
    for window_s in POLICY.windows_s:
        tracker.top(window_s=window_s, region="BR")
    keys = list(redis.scan_iter(match=f"{namespace}:*", count=1000))
    assert len(keys) > 100
    slots = {key.removeprefix(f"{namespace}:").split("}")[0] for key in keys}
    assert slots == {"{trends0", "{trends1", "{trends"}
    assert not [key for key in keys if redis.ttl(key) < 0]
    assert max(redis.ttl(key) for key in keys) <= 2 * DAY_S + 7200


def clock_datetime(clock: ManualClock, hours_ago: float) -> datetime:
    return datetime.fromtimestamp(clock.now(), UTC) - timedelta(hours=hours_ago)


def test_reading_leaves_no_scratch_behind_and_clear_takes_everything(redis: Any, namespace: str, clock: ManualClock) -> None:
    tracker = TrendTracker(redis, clock, POLICY, namespace)
    crowd(tracker, "music")
    before = set(redis.scan_iter(match=f"{namespace}:*"))
    tracker.top()
    assert {key.split("}:")[1] for key in set(redis.scan_iter(match=f"{namespace}:*")) - before} == {"served"}
    assert tracker.counters.clear() > 0
    assert tracker.top() == []


def test_hours_are_made_of_minutes_once_and_keep_up_with_what_comes_late(redis: Any, namespace: str, clock: ManualClock) -> None:
    tracker = TrendTracker(redis, clock, POLICY, namespace)
    at = clock_datetime(clock, hours_ago=3)
    crowd(tracker, "music", 10, at=at)
    assert tracker.top(window_s=DAY_S)[0].count == 10
    hour = int(at.timestamp()) // HOUR_S
    assert redis.zscore(f"{namespace}:{{trends0}}:c:*:h:{hour}", "music") == 10
    crowd(tracker, "music", 10, first=6, at=at)
    crowd(tracker, "film", 4, at=at)
    trends = {trend.tag: trend for trend in tracker.top(window_s=DAY_S)}
    assert (trends["music"].count, trends["music"].unique_users, trends["film"].unique_users) == (20, 15, 4)


def test_what_is_repeated_from_a_source_counts_once(redis: Any, namespace: str, clock: ManualClock) -> None:
    for shards in (1, 3):
        tracker = TrendTracker(redis, clock, POLICY, f"{namespace}:{shards}", shards=shards)
        for position in (1, 2, 2, 1, 3):
            tracker.record_many(["a", "b", "c"] * 3, range(9), source=("p0", position))
        tracker.record_many(["a"], [1], source=("p1", 1))
        assert {trend.tag: trend.count for trend in tracker.top()} == {"a": 10, "b": 9, "c": 9}


def test_a_repeat_of_a_source_says_that_nothing_was_counted(redis: Any, namespace: str, clock: ManualClock) -> None:
    tracker = TrendTracker(redis, clock, POLICY, namespace)
    assert [tracker.record_many(["a", "b"], [1, 2], source=("p0", 7)) for _ in range(2)] == [2, 0]


# — time —


def test_what_is_too_old_for_every_window_is_left_out_and_counted(redis: Any, namespace: str, clock: ManualClock) -> None:
    tracker = TrendTracker(redis, clock, POLICY, namespace)
    assert not tracker.record("old", 1, at=clock_datetime(clock, hours_ago=48))
    assert not tracker.record("future", 1, at=clock_datetime(clock, hours_ago=-2))
    assert tracker.record("now", 1, at=clock_datetime(clock, hours_ago=47.9))
    assert tracker.record("soon", 1, at=clock_datetime(clock, hours_ago=-0.9))
    assert tracker.late == 2


def test_velocity_is_the_ratio_to_the_preceding_window(redis: Any, namespace: str, clock: ManualClock) -> None:
    tracker = TrendTracker(redis, clock, POLICY, namespace)
    crowd(tracker, "music", 19)
    clock.advance(HOUR_S)
    crowd(tracker, "music", 59)
    assert tracker.top()[0].velocity == pytest.approx(60 / 20)


def test_datetimes_and_milliseconds_name_the_same_moment(redis: Any, namespace: str, clock: ManualClock) -> None:
    at = clock_datetime(clock, hours_ago=0.5)
    for name, moments in (
        ("one", at),
        ("many", [at] * 5),
        ("ms", [round(at.timestamp() * 1000)] * 5),
        ("array", np.full(5, at.timestamp() * 1000, dtype=np.int64)),
    ):
        tracker = TrendTracker(redis, clock, POLICY, f"{namespace}:{name}")
        tracker.record_many(["music"] * 5, np.arange(5), moments)
        assert tracker.top()[0].count == 5
        clock.advance(29 * 60)
        assert len(tracker.top()) == 1
        clock.advance(2 * 60)
        assert tracker.top() == []
        clock.advance(-31 * 60)


# — bad input —


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["a"], [1, 2]), "equal length"),
        (("abc", [1, 2, 3]), "sequence of str"),
        ((["a", None], [1, 2]), "None"),
        ((["a", 5], [1, 2]), "must be str"),
        ((["\ud800"], [1]), "surrogates"),
        (([""], [1]), "1 … 280 characters"),
        (([" "], [1]), "1 … 280 characters"),
        ((["x" * 281], [1]), "1 … 280 characters"),
        ((["a"], [1.5]), "whole numbers"),
        ((["a"], ["1"]), "whole numbers"),
        ((["a"], [2**70]), "whole numbers"),
        ((["a"], [1], datetime(2026, 1, 12)), "aware"),
        ((["a"], [1], [datetime(2026, 1, 12)]), "aware"),
        ((["a"], [1], [1.5]), "whole numbers"),
        ((["a"], [1], None, ["b:r"]), "region must be"),
        ((["a"], [1], None, [""]), "region must be"),
        ((["a", "b"], [1, 2], None, ["br"]), "equal length"),
    ],
)
def test_bad_uses_are_refused_by_name_and_nothing_is_counted(arguments: tuple, message: str, clock: ManualClock) -> None:
    redis = connect("fakeredis://")
    tracker = TrendTracker(redis, clock, POLICY)
    with pytest.raises(InvalidInput, match=message):
        tracker.record_many(*arguments)
    assert list(redis.scan_iter()) == []


def test_bad_questions_name_what_is_allowed(clock: ManualClock) -> None:
    tracker = TrendTracker(connect("fakeredis://"), clock, POLICY)
    for question, message in (
        ({"n": 0}, "n must be 1 … 50"),
        ({"n": 51}, "n must be 1 … 50"),
        ({"window_s": 60}, "3600, 21600, 86400"),
        ({"region": "a b"}, "region must be"),
    ):
        with pytest.raises(InvalidInput, match=message):
            tracker.top(**question)


@pytest.mark.parametrize(
    "fields",
    [
        {"min_unique_users": 0},
        {"min_diversity": 1.5},
        {"min_velocity": -1},
        {"min_velocity": float("nan")},
        {"smoothing": 0},
        {"half_life": 0},
        {"windows_s": ()},
        {"windows_s": (90,)},
        {"keep": 0},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        TrendPolicy(**fields)


def test_an_empty_batch_is_no_batch(clock: ManualClock) -> None:
    redis = connect("fakeredis://")
    assert TrendTracker(redis, clock, POLICY).record_many([], []) == 0
    assert list(redis.scan_iter()) == []


# — the score —


def test_no_use_scores_above_its_ceiling() -> None:
    policy = TrendPolicy(min_unique_users=2)
    for count in (2, 10, 500):
        for users in (2, count):
            usage = Usage("tag", count, count * 0.7, previous=count // 3, baseline=1.0, unique_users=users)
            assert 0 < policy.score(usage) <= policy.ceiling(usage)


def test_the_baseline_counts_when_the_hour_before_was_quiet() -> None:
    policy = TrendPolicy(min_velocity=2)
    morning = Usage("coffee", 60, 50.0, previous=10, baseline=55.0, unique_users=50)
    assert policy.rank([morning]) == []
    assert len(policy.rank([Usage("coffee", 60, 50.0, previous=10, unique_users=50)])) == 1


def test_the_served_list_is_plain_json_of_the_trends(clock: ManualClock) -> None:
    redis = connect("fakeredis://")
    tracker = TrendTracker(redis, clock, POLICY, "n")
    crowd(tracker, "music", 4, region="BR")
    tracker.refresh(region="BR")
    served = json.loads(redis.hget("n:{trends}:served", "BR:3600"))
    assert served["trends"][0][:3] == ["music", 4, 4]
