"""Calibration: driven by a clock that counts what crosses the wire, so that what it must find is known exactly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from reference.lab.calibrate import Calibration, calibrate
from reference.lab.meter import Meter
from reference.twitter.clock import ManualClock
from reference.twitter.errors import InvalidInput
from reference.twitter.platform import Platform

ROUND_TRIP_NS, COMMAND_NS = 1_000_000, 20_000


@pytest.fixture
def app() -> Iterator[Platform]:
    with Platform.open(redis_url="fakeredis://", database=":memory:") as app:
        yield app


def counted(app: Platform, **options) -> Calibration:
    """Time is what was sent: 1 ms a round trip, 0.02 ms a command."""
    with Meter(app.redis) as wire:
        return calibrate(app, now_ns=lambda: wire.round_trips * ROUND_TRIP_NS + wire.commands * COMMAND_NS, **options)


def test_what_a_known_wire_takes_is_found(app: Platform):
    found = counted(app, authors=(10, 40, 200), samples=100, repetitions=2)
    assert (found.round_trip.p50_ms, found.round_trip.p99_ms) == (1.02, 1.02)
    assert found.command.p50_ms == 1.02 and found.samples == 100
    assert [pull.median_ms for pull in found.pulls] == pytest.approx([1.2, 1.8, 5.0])


def test_commands_and_round_trips_of_a_pull_are_exact(app: Platform):
    found = counted(app, authors=(200, 10, 10), samples=100, repetitions=1)
    assert [(pull.authors, pull.commands, pull.round_trips) for pull in found.pulls] == [(10, 10, 1), (200, 200, 1)]


def test_the_smallest_pull_predicts_the_others(app: Platform):
    found = counted(app, authors=(10, 40, 200), samples=100, repetitions=1)
    assert found.author_ms == pytest.approx(0.018)
    table = found.table().set_index("authors")
    assert table["modelled_ms"].tolist() == pytest.approx([1.2, 1.74, 4.62], rel=1e-3)
    assert table["off_percent"].tolist() == pytest.approx([0, 100 * (1.74 / 1.8 - 1), 100 * (4.62 / 5.0 - 1)], abs=0.1)


def test_a_calibration_leaves_nothing_behind(app: Platform):
    before = sorted(app.redis.keys("*"))
    counted(app, authors=(10,), samples=100, repetitions=1)
    assert sorted(app.redis.keys("*")) == before


def test_a_real_clock_finds_positive_times_and_a_model_near_them(redis):
    with Platform.open(redis=redis, database=":memory:") as app:
        found = calibrate(app, np.random.default_rng(1), authors=(10, 200), samples=100, repetitions=3)
    assert 0 < found.round_trip.p50_ms <= found.round_trip.p99_ms and found.backend == type(redis).__name__
    assert found.pull(200).percentile(50) > found.pull(10).percentile(50) > 0


def test_a_clock_that_stands_still_measures_nothing(app: Platform):
    with pytest.raises(InvalidInput, match="clock"):
        calibrate(app, clock=ManualClock(), authors=(10,), samples=100, repetitions=1)


@pytest.mark.parametrize("options", [{"samples": 99}, {"authors": ()}, {"authors": (0,)}, {"repetitions": 0}])
def test_an_impossible_calibration_is_refused(app: Platform, options: dict):
    with pytest.raises(InvalidInput):
        calibrate(app, **options)
