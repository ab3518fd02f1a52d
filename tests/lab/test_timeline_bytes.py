"""The bytes of a timeline that the course quotes are those of a real server."""

from __future__ import annotations

import pytest

from reference.lab import timeline_bytes
from reference.twitter.backend import connect


def test_the_bytes_of_a_sorted_set_pass_through_the_measured_points() -> None:
    assert timeline_bytes.sorted_set_bytes([0, 128, 129, 800]).tolist() == [0, 1_848, 18_088, 96_320]
    assert 48_432 < float(timeline_bytes.sorted_set_bytes(500)) < 96_320


def test_the_measured_bytes_are_those_of_a_real_server(redis_url: str) -> None:
    redis = connect(redis_url)
    for entries in (20, 100, 129, 800):
        measured = timeline_bytes.measure_memory(redis, range(2 * 10**18, 2 * 10**18 + entries))
        stored = timeline_bytes.memory_table().loc[entries]
        assert measured == pytest.approx({name: stored[name] for name in ("sorted set", "list")}, rel=0.15, abs=40)
    assert redis.exists("lesson-memory:set", "lesson-memory:list") == 0


def test_the_bytes_of_timed_and_of_packed_ids_are_those_of_a_real_server(redis_url: str) -> None:
    redis = connect(redis_url)
    try:
        redis.zadd("lesson-memory:timed", {f"{2 * 10**18 + number}": 1_768_219_200_000 + number for number in range(50)})
        redis.set("lesson-memory:packed", bytes(20 * 8))
        assert redis.memory_usage("lesson-memory:timed", samples=0) == pytest.approx(timeline_bytes.TIMED_50_IDS_BYTES, rel=0.05)
        assert redis.memory_usage("lesson-memory:packed", samples=0) == pytest.approx(timeline_bytes.STRING_OF_20_IDS_BYTES, abs=40)
    finally:
        redis.delete("lesson-memory:timed", "lesson-memory:packed")


def test_where_memory_cannot_be_measured_a_sentence_says_so() -> None:
    redis = connect("fakeredis://")
    assert "REDIS_URL" in timeline_bytes.measure_memory(redis, [2 * 10**18])
    assert redis.keys("*") == []
