"""The dataset's labelled bursts, in virtual time: whom we list, whom we do not, and how soon. And what the front costs."""

from __future__ import annotations

import secrets

import numpy as np
import pytest

from reference.lab import trend_lessons, workload
from reference.twitter.backend import connect, delete_namespace
from reference.twitter.clock import ManualClock
from reference.twitter.heavy_hitters import HeavyHitters
from reference.twitter.trends import TrendPolicy, TrendTracker
from tests.contracts import wrong_trends as wrong

CITY = trend_lessons.CITY
WITHIN_MIN = 5.0


def listed(data: workload.Workload, redis_url: str) -> tuple[list, object]:
    """(top ten of every minute, the uses) of our tracker."""
    redis, namespace = connect(redis_url), f"bursts-{secrets.token_hex(4)}"
    uses = trend_lessons.uses_of(data)
    clock = ManualClock(int(uses["at_ms"][0]) // 1000)
    tracker = TrendTracker(redis, clock, CITY, namespace, trend_lessons.baseline_of(data))
    lists = [(at_ms, [trend.tag for trend in tracker.top(10)]) for at_ms in trend_lessons.replay(uses, tracker, clock)]
    delete_namespace(redis, namespace)
    return lists, uses


@pytest.mark.slow
def test_real_bursts_are_found_in_time_and_no_bot_is_listed(redis_url: str) -> None:
    data = workload.load("small")
    lists, uses = listed(data, redis_url)
    verdict = trend_lessons.judge(lists, data, uses, CITY.min_unique_users)
    assert verdict.precision >= 0.95 and verdict.recall >= 0.95, verdict
    assert verdict.bots == []
    assert len(verdict.delay_min) == 6 and max(verdict.delay_min.values()) <= WITHIN_MIN


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_so_they_are_in_days_that_the_policy_was_not_made_for(redis_url: str, seed: int) -> None:
    data = workload.generate(10_000, seed)
    lists, uses = listed(data, redis_url)
    verdict = trend_lessons.judge(lists, data, uses, CITY.min_unique_users)
    assert verdict.precision >= 0.95 and verdict.recall >= 0.95, verdict
    assert verdict.bots == [] and max(verdict.delay_min.values()) <= WITHIN_MIN


@pytest.mark.slow
def test_raw_counts_and_the_published_scores_list_bots_or_what_is_always_used() -> None:
    data = workload.load("small")
    uses = trend_lessons.uses_of(data)
    at_ms = uses["at_ms"].to_numpy()
    for tracker_type in (wrong.RanksByCount, wrong.DesignD, wrong.DesignE):
        clock = ManualClock(int(at_ms[0]) // 1000)
        tracker, lists, start = tracker_type(clock), [], 0
        for minute in range(10, 48 * 60, 10):
            end = int(np.searchsorted(at_ms, at_ms[0] + minute * 60_000))
            clock.advance((at_ms[0] + minute * 60_000) / 1000 - clock.now())
            for tag, user, moment in uses.iloc[start:end][["tag", "user_id", "at_ms"]].itertuples(index=False):
                feed(tracker, tag, user, moment)
            start = end
            lists.append((int(at_ms[0]) + minute * 60_000, [trend.tag for trend in tracker.top(10)]))
        verdict = trend_lessons.judge(lists, data, uses, CITY.min_unique_users)
        assert verdict.precision < 0.5, tracker_type.__name__
        assert tracker_type is not wrong.DesignD or len(verdict.bots) == 3


def feed(tracker: wrong.Sound, tag: str, user: int, moment: int) -> None:
    """D and E take the worker's time; the step of ten minutes is theirs."""
    if type(tracker) is wrong.RanksByCount:
        tracker.add((tag, user, moment, None))
        tracker.uses = tracker.uses[-5000:]
    else:
        tracker.record(tag, user)


# — heavy hitters in front —


def zipf(n: int, vocabulary: int = 50_000) -> tuple[list[str], np.ndarray]:
    rng = np.random.default_rng(7)
    share = 1 / np.arange(1, vocabulary + 1) ** 1.1
    return [f"tag{i}" for i in rng.choice(vocabulary, n, p=share / share.sum())], rng.integers(1, 1_000_000, n)


def test_the_front_misses_no_more_than_it_says_and_keeps_the_tail_out() -> None:
    tags, users = zipf(40_000, 20_000)
    clock, redis = ManualClock(1_768_219_200), connect("fakeredis://")
    front = HeavyHitters(least=40, log2_size=11)
    plain = TrendTracker(redis, clock, TrendPolicy(min_unique_users=150), "exact")
    bounded = TrendTracker(redis, clock, TrendPolicy(min_unique_users=150), "bounded", front=front)
    for start in range(0, len(tags), 5_000):
        for tracker in (plain, bounded):
            tracker.record_many(tags[start : start + 5_000], users[start : start + 5_000])
    truth, seen = ({t.tag: t for t in tracker.top(50)} for tracker in (plain, bounded))
    error = front.error()
    assert error.most_missed < 200 and error.tags_held <= error.capacity
    assert {tag for tag, trend in truth.items() if trend.count > 150 + error.most_missed} <= set(seen)
    for tag in truth.keys() & seen.keys():
        assert 0 <= truth[tag].count - seen[tag].count <= error.most_missed
        assert 0 <= truth[tag].unique_users - seen[tag].unique_users <= error.most_missed
    kept, all_tags = (redis.zcard(f"{name}:{{trends0}}:c:*:m:{1_768_219_200 // 60}") for name in ("bounded", "exact"))
    assert kept <= error.uses / 40 and all_tags > 10 * kept


def test_a_front_for_users_only_leaves_counts_exact() -> None:
    tags, users = zipf(20_000)
    clock, redis = ManualClock(1_768_219_200), connect("fakeredis://")
    tracker = TrendTracker(redis, clock, TrendPolicy(min_unique_users=1), "n", front=HeavyHitters(20, counts_too=False))
    for start in range(0, len(tags), 2_000):
        tracker.record_many(tags[start : start + 2_000], users[start : start + 2_000])
    key = f"n:{{trends0}}:c:*:m:{1_768_219_200 // 60}"
    assert sum(score for _, score in redis.zrange(key, 0, -1, withscores=True)) == 20_000
    rarely_used = list(redis.scan_iter(match="n:{trends0}:u:*", count=1000))
    assert len(rarely_used) < 20_000 / 20


def test_what_was_frequent_an_hour_ago_is_let_through_and_two_hours_ago_is_not() -> None:
    front, hour_ms = HeavyHitters(least=10), 3_600_000
    one = np.array([1])
    assert front.admit(["a"], np.array([10]), 0).tolist() == [True]
    assert front.admit(["a"], one, hour_ms).tolist() == [True]
    assert front.admit(["a"], one, 2 * hour_ms).tolist() == [False]
    assert front.admit(["a"], np.array([9]), 5 * hour_ms).tolist() == [False]
    assert front.admit(["a"], one, 5 * hour_ms - 1).tolist() == [True]
