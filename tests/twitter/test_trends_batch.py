"""Aggregation in process, and the sketches that it hands to Redis."""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.twitter.backend import connect
from reference.twitter.clock import ManualClock
from reference.twitter.hashtags import fold
from reference.twitter.hyperloglog import STANDARD_ERROR, USER_BYTES, element_bytes, sketch, user_elements
from reference.twitter.trend_batch import gather, groups
from reference.twitter.trend_window import Span
from reference.twitter.trends import TrendPolicy, TrendTracker

USE = st.tuples(
    st.sampled_from(["a", "A", "b", "ñ", "Ñ", "उत्तर"]), st.integers(0, 2**62), st.integers(0, 400_000), st.sampled_from([None, "BR", "JP"])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(USE, min_size=1, max_size=60), st.sampled_from([None, 1, 2, 5]))
def test_groups_hold_what_counting_one_by_one_gives(uses: list[tuple], sketch_from: int | None) -> None:
    tags, users, at_ms, regions = (list(column) for column in zip(*uses, strict=True))
    gathered = gather(tags, np.array(users), np.array(at_ms), regions, "*")
    made = groups(gathered, np.ones(len(gathered.names), dtype=bool), sketch_from)
    counts: Counter = Counter()
    people: dict[tuple, set[bytes]] = defaultdict(set)
    for tag, user, at, region in uses:
        for place in {"*", region} - {None}:
            cell = place, at // 60_000, fold(tag)
            counts[cell] += 1
            people[cell].add(element_bytes(user_elements(np.array([user]))))
    assert {(g.region, g.minute, tag): n for g in made for tag, n in zip(g.tags, g.counts, strict=True)} == counts
    for group in made:
        listed, at = group.tags[len(group.sketches) :], 0
        for tag, size in zip(listed, group.few, strict=True):
            own = {group.users[i : i + USER_BYTES] for i in range(at, at + USER_BYTES * size, USER_BYTES)}
            assert own == people[group.region, group.minute, tag]
            at += USER_BYTES * size
        assert at == len(group.users)
        for tag, made_sketch in zip(group.tags, group.sketches, strict=False):
            cell = people[group.region, group.minute, tag]
            assert made_sketch == sketch(np.array([int.from_bytes(user, "little") for user in cell], dtype=np.uint64))


def test_users_are_kept_only_of_tags_that_are_asked_for() -> None:
    gathered = gather(["a", "b", "a"], np.array([1, 2, 3]), np.zeros(3, dtype=np.int64), None, "*")
    (group,) = groups(gathered, np.array([False, True]), None)
    assert (group.tags, group.counts, group.few) == (["b", "a"], [1, 2], [1])


def test_spellings_are_a_sample_of_large_batches() -> None:
    tags = ["NBA", "nba", "Nba", "nba"] * 10_000
    gathered = gather(tags, np.arange(40_000), np.zeros(40_000, dtype=np.int64), None, "*")
    assert sum(gathered.spelling.values()) == 5_000
    few = gather(tags[:8], np.arange(8), np.zeros(8, dtype=np.int64), None, "*")
    assert few.spelling == {("nba", "NBA"): 2, ("nba", "nba"): 4, ("nba", "Nba"): 2}


def test_neighbouring_ids_and_snowflakes_become_different_elements() -> None:
    for ids in (np.arange(100_000), np.arange(100_000) << 22, (1 << 62) + np.arange(100_000)):
        assert len(np.unique(user_elements(ids))) == 100_000
        assert int(user_elements(ids).max()) < 1 << 40


# — sketches, on a real server: fakeredis keeps sets —


@pytest.mark.parametrize("users", [1, 40, 3_000, 200_000])
def test_a_sketch_made_here_is_the_one_that_redis_makes(redis_url: str, users: int) -> None:
    redis, key = connect(redis_url), f"sketch-{secrets.token_hex(4)}"
    elements = np.unique(user_elements(np.arange(users)))
    packed = element_bytes(elements)
    redis.set(f"{key}:ours", sketch(elements))
    for start in range(0, len(packed), 5000 * USER_BYTES):
        redis.pfadd(
            f"{key}:theirs", *(packed[i : i + USER_BYTES] for i in range(start, min(len(packed), start + 5000 * USER_BYTES), USER_BYTES))
        )
    redis.pfmerge(f"{key}:theirs")  # dense, as ours
    ours, theirs = redis.pfcount(f"{key}:ours"), redis.pfcount(f"{key}:theirs")
    assert ours == theirs == redis.pfcount(f"{key}:ours", f"{key}:theirs")
    assert abs(ours - users) <= max(1, 4 * STANDARD_ERROR * users)
    redis.delete(f"{key}:ours", f"{key}:theirs")


def test_sketched_and_single_users_count_alike_across_minutes_and_hours(redis_url: str) -> None:
    """One batch is large enough for a sketch, the other one is not; hours are merged from both."""
    redis, clock, namespace = connect(redis_url), ManualClock(1_768_219_200), f"sketches-{secrets.token_hex(4)}"
    tracker = TrendTracker(redis, clock, TrendPolicy(), namespace)
    tracker.record_many(["music"] * 2000, range(2000))
    assert tracker.counters.sketch_from is not None
    for first in range(0, 2000, 100):
        tracker.record_many(["film"] * 100, range(first, first + 100))
    clock.advance(3 * 3600)
    for window_s in (21_600, 86_400):
        found = {trend.tag: trend for trend in tracker.top(window_s=window_s)}
        assert found["music"].unique_users == found["film"].unique_users
        assert found["music"].count == found["film"].count == 2000
        assert abs(found["film"].unique_users - 2000) < 4 * STANDARD_ERROR * 2000
    tracker.record_many(["music"] * 600, range(5000, 5600), at=[(1_768_219_200_000)] * 600)  # late, as a sketch, into an hour that was read
    assert abs(tracker.top(window_s=86_400)[0].unique_users - 2600) < 4 * STANDARD_ERROR * 2600
    tracker.counters.clear()


def test_fakeredis_counts_users_exactly_and_redis_errs(redis_url: str) -> None:
    """The difference that the course tells about."""
    namespace, answers = f"differ-{secrets.token_hex(4)}", {}
    for url in ("fakeredis://", redis_url):
        tracker = TrendTracker(connect(url), ManualClock(), TrendPolicy(), namespace)
        tracker.record_many(["music"] * 30_000, range(30_000))
        answers[url] = tracker.top()[0].unique_users
        tracker.counters.clear()
    assert answers["fakeredis://"] == 30_000
    assert 0 < abs(answers[redis_url] - 30_000) < 4 * STANDARD_ERROR * 30_000


# — windows —


@given(st.integers(0, 3_000_000), st.sampled_from([60, 3600, 7200, 21_600, 86_400]))
def test_hours_and_minutes_cover_a_window_exactly(last: int, window_s: int) -> None:
    span = Span.ending_at(last * 60_000 + 17, window_s)
    hours, minutes = span.cover()
    covered = [*minutes, *(hour * 60 + minute for hour in hours for minute in range(60))]
    assert sorted(covered) == list(range(span.first, span.last + 1))
    assert span.minutes == window_s // 60 and span.preceding().last == span.first - 1
    assert len(hours) + len(minutes) <= 24 + 118
