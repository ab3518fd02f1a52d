"""Laws of the layouts and of the generator."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.twitter.clock import ManualClock, ms_from_datetime
from reference.twitter.errors import ClockMovedBackwards, IdSpaceExhausted, InvalidInput
from reference.twitter.ids import DISCORD, INSTAGRAM, TWITTER, SnowflakeGenerator, SnowflakeLayout, SnowflakeParts

START_MS = 1_700_000_000_000
layouts = st.sampled_from([TWITTER, DISCORD, INSTAGRAM, SnowflakeLayout(39, 8, 16, 1_600_000_000_000), SnowflakeLayout(41, 0, 3)])


def generator(clock: ManualClock, layout: SnowflakeLayout = TWITTER, **options) -> SnowflakeGenerator:
    return SnowflakeGenerator(layout.max_worker_id // 3, layout, clock, **options)


def test_a_real_tweet_tells_when_and_where_it_was_born() -> None:
    """A tweet of 16 January 2011, 21:01:10 UTC, as its API answer said."""
    parts = TWITTER.decode(26745802235842561)
    assert parts.timestamp.replace(microsecond=0) == datetime(2011, 1, 16, 21, 1, 10, tzinfo=UTC)
    assert parts.unix_ms == ms_from_datetime(parts.timestamp)
    assert TWITTER.encode(parts.unix_ms, parts.worker_id, parts.sequence) == 26745802235842561


def test_discords_documented_example_decodes_as_documented() -> None:
    """175928847299117063 → 2016-04-30 11:18:25.796 UTC, worker 1, process 0, increment 7 (Discord's developer documentation)."""
    expected = datetime(2016, 4, 30, 11, 18, 25, 796_000, tzinfo=UTC)
    assert DISCORD.decode(175928847299117063) == SnowflakeParts(expected, ms_from_datetime(expected), 0b00001_00000, 7)


def test_ids_of_64_bits_outgrow_a_signed_bigint_before_their_time_bits_are_spent() -> None:
    last_years = {each.name: datetime.fromtimestamp(each.last_bigint_ms / 1000, UTC).year for each in (TWITTER, DISCORD, INSTAGRAM)}
    assert last_years == {"Twitter": 2080, "Discord": 2084, "Instagram": 2046}
    assert INSTAGRAM.encode(INSTAGRAM.last_bigint_ms) < 1 << 63 <= INSTAGRAM.encode(INSTAGRAM.last_bigint_ms + 1)


def test_a_batch_that_begins_before_the_epoch_holds_no_negative_id() -> None:
    class Ticking(ManualClock):
        def now_ns(self) -> int:
            self.advance(0.001)  # each reading takes a millisecond: the epoch comes between two of them
            return super().now_ns()

    ids = generator(Ticking((TWITTER.epoch_ms - 2) / 1000)).batch(5000)
    assert ids[0] >= 0 and (np.diff(ids) > 0).all()


def test_instagrams_published_example_encodes_as_published() -> None:
    """Instagram's engineering blog: 1,387,263,000 ms after the epoch, shard 1341, sequence 5001 % 1024."""
    expected = 1387263000 << 23 | 1341 << 10 | 5001 % 1024
    assert INSTAGRAM.encode(INSTAGRAM.epoch_ms + 1387263000, 1341, 5001 % 1024) == expected


@given(layouts, st.data())
def test_decode_undoes_encode(layout: SnowflakeLayout, data: st.DataObject) -> None:
    first_ms = layout.epoch_ms + (layout.first_id >> layout.timestamp_shift) + 1
    ms = data.draw(st.integers(first_ms, min(layout.max_ms, first_ms + (1 << 42))))
    worker_id, sequence = data.draw(st.integers(0, layout.max_worker_id)), data.draw(st.integers(0, layout.max_sequence))
    parts = layout.decode(layout.encode(ms, worker_id, sequence))
    assert (parts.unix_ms, parts.worker_id, parts.sequence) == (ms, worker_id, sequence)
    assert parts.timestamp.tzinfo is UTC and ms_from_datetime(parts.timestamp) == ms


@pytest.mark.parametrize(
    ("id", "says"), [(0, "id 0"), (-1, "negative"), (20, "pre-Snowflake"), (29_700_859_246, "pre-Snowflake"), (1 << 63, "63 bits")]
)
def test_decode_refuses_what_is_no_snowflake_and_says_why(id: int, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        TWITTER.decode(id)


@pytest.mark.parametrize("id", [True, 1.5e18, "26745802235842561", None])
def test_decode_refuses_what_is_no_whole_number(id: object) -> None:
    with pytest.raises(InvalidInput, match="whole number"):
        TWITTER.decode(id)  # type: ignore[arg-type]


def test_the_first_snowflake_decodes_and_numpy_integers_do() -> None:
    assert TWITTER.decode(29_700_859_247).timestamp.date().isoformat() == "2010-11-04"
    assert TWITTER.decode(np.int64(26745802235842561)) == TWITTER.decode(26745802235842561)


@given(st.lists(st.integers(TWITTER.first_id, TWITTER.max_id), max_size=20))
def test_the_vector_form_decodes_times_as_the_scalar_form_does(ids: list[int]) -> None:
    assert TWITTER.decode_ms(np.array(ids, dtype=np.int64)).tolist() == [TWITTER.decode(id).unix_ms for id in ids]


def test_the_vector_form_refuses_floats_since_they_have_lost_bits() -> None:
    with pytest.raises(InvalidInput, match="float64"):
        TWITTER.decode_ms(np.array([1.5e18]))
    assert TWITTER.decode_ms([]).size == 0


@given(st.integers(START_MS, START_MS + 10**9), st.integers(0, 1023), st.integers(0, 4095), st.integers(-3000, 3000))
def test_first_id_at_parts_older_ids_from_newer_ones(ms: int, worker_id: int, sequence: int, offset_us: int) -> None:
    id = TWITTER.encode(ms, worker_id, sequence)
    moment = TWITTER.decode(id).timestamp + timedelta(microseconds=offset_us)
    assert (id >= TWITTER.first_id_at(moment)) == (TWITTER.decode(id).timestamp >= moment)


def test_first_id_at_refuses_naive_early_and_far_moments() -> None:
    with pytest.raises(InvalidInput, match="aware"):
        TWITTER.first_id_at(datetime(2024, 1, 1))
    with pytest.raises(InvalidInput, match="before the epoch"):
        TWITTER.first_id_at(datetime(2006, 3, 21, tzinfo=UTC))
    with pytest.raises(IdSpaceExhausted, match="41 timestamp bits"):
        TWITTER.first_id_at(datetime(2090, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "widths", [(41, 10, 13), (42, 10, 12), (0, 10, 12), (41, -1, 12), (41.0, 10, 12), (41, True, 12), (64, 0, 0), (50, 3, 3)], ids=str
)
def test_a_layout_refuses_widths_that_do_not_fit(widths: tuple) -> None:
    with pytest.raises(InvalidInput):
        SnowflakeLayout(*widths)


def test_a_layout_refuses_an_epoch_before_1970_and_is_equal_by_its_bits() -> None:
    with pytest.raises(InvalidInput, match="epoch_ms"):
        SnowflakeLayout(epoch_ms=-1)
    assert SnowflakeLayout(timestamp_bits=41, worker_bits=10, sequence_bits=12, epoch_ms=1288834974657) == TWITTER


def test_41_bits_last_69_years_and_4096_ids_a_millisecond_are_4_million_a_second() -> None:
    assert round(TWITTER.years_until_overflow, 1) == 69.7
    assert round(DISCORD.years_until_overflow) == 139
    assert TWITTER.ids_per_s == 4_096_000
    with pytest.raises(InvalidInput, match="0 … 1023"):
        TWITTER.encode(START_MS, 1024, 0)
    with pytest.raises(InvalidInput, match="0 … 4095"):
        TWITTER.encode(START_MS, 0, 4096)


@pytest.mark.parametrize("worker_id", [-1, 1024, None, 1.0, True])
def test_a_worker_id_out_of_range_is_refused_by_value_and_range(worker_id: object) -> None:
    with pytest.raises(InvalidInput, match="worker_id"):
        SnowflakeGenerator(worker_id)  # type: ignore[arg-type]


def test_twitters_own_sequence_of_0_1_error_2_holds() -> None:
    clock = ManualClock()
    ids = generator(clock, max_backwards_ms=0)
    assert [ids.next_id() & 4095 for _ in range(2)] == [0, 1]
    clock.advance(-0.001)
    with pytest.raises(ClockMovedBackwards, match="1 ms"):
        ids.next_id()
    clock.advance(0.001)
    assert ids.next_id() & 4095 == 2


def test_a_small_step_back_is_waited_out_to_the_old_millisecond_and_no_further() -> None:
    clock = ManualClock(START_MS // 1000)
    ids = generator(clock, max_backwards_ms=5)
    ids.next_id()
    clock.advance(-0.005)
    assert ids.next_id() & 4095 == 1
    assert clock.now_ns() == START_MS * 1_000_000
    clock.advance(-0.006)
    with pytest.raises(ClockMovedBackwards, match="at most 5 ms"):
        ids.next_id()


def test_a_batch_interrupted_by_a_large_step_back_raises_and_repeats_nothing() -> None:
    class SteppingClock(ManualClock):
        def sleep(self, seconds: float) -> None:
            self.advance(-3600 if self.step else seconds)

    clock = SteppingClock()
    clock.step = False
    ids = generator(clock)
    before = ids.batch(10_000).tolist()
    clock.step = True
    with pytest.raises(ClockMovedBackwards):
        ids.batch(10_000)
    clock.step = False
    clock.advance(3600)
    after = ids.batch(10_000).tolist()
    assert after[0] > before[-1] and len({*before, *after}) == 20_000


def test_a_batch_loses_no_millisecond_to_sleeps_that_take_too_long() -> None:
    class TiredClock(ManualClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds + 0.0035)

    ids = generator(TiredClock()).batch(100 * 4096)
    assert np.unique(TWITTER.decode_ms(ids)).tolist() == list(range(START_MS, START_MS + 100))


def test_a_spent_sequence_costs_exactly_one_wait() -> None:
    class CountingClock(ManualClock):
        sleeps = 0

        def sleep(self, seconds: float) -> None:
            self.sleeps += 1
            super().sleep(seconds)

    clock = CountingClock()
    ids = generator(clock)
    made = [ids.next_id() for _ in range(4097)]
    assert clock.sleeps == 1
    assert made[-1] >> 22 == (made[0] >> 22) + 1 and made[-1] & 4095 == 0
    assert clock.now_ns() == 1_700_000_000_001 * 1_000_000


def test_a_clock_before_the_epoch_and_one_beyond_the_end_are_named() -> None:
    with pytest.raises(InvalidInput, match="before the epoch"):
        generator(ManualClock(1_000_000_000)).next_id()
    with pytest.raises(InvalidInput, match="before the epoch"):
        generator(ManualClock(-5)).batch(3)
    with pytest.raises(IdSpaceExhausted):
        generator(ManualClock(4_000_000_000)).next_id()


def test_the_last_millisecond_is_used_up_and_then_the_space_is_exhausted() -> None:
    layout = SnowflakeLayout(39, 2, 3, START_MS - (1 << 39) + 2)  # ends at START_MS + 1
    ids = generator(ManualClock(START_MS // 1000), layout)
    assert layout.max_ms == START_MS + 1
    made = ids.batch(16)
    assert layout.decode(int(made[-1])).unix_ms == layout.max_ms
    for attempt in (ids.next_id, lambda: ids.batch(1)):
        with pytest.raises(IdSpaceExhausted):
            attempt()


def test_an_unsigned_layout_ends_where_a_bigint_ends() -> None:
    last_s = (DISCORD.epoch_ms + (1 << 41) - 1) // 1000
    assert 0 < generator(ManualClock(last_s), DISCORD).next_id() < 1 << 63
    with pytest.raises(IdSpaceExhausted):
        generator(ManualClock(last_s + 1), DISCORD).next_id()


@pytest.mark.parametrize("n", [-1, 1.5, True, "3"])
def test_a_batch_of_no_whole_number_is_refused(n: object) -> None:
    with pytest.raises(InvalidInput, match="n must be"):
        generator(ManualClock()).batch(n)  # type: ignore[arg-type]


def test_an_empty_batch_is_an_empty_array_of_int64() -> None:
    empty = generator(ManualClock()).batch(0)
    assert empty.shape == (0,) and empty.dtype == np.int64


steps = st.one_of(
    st.tuples(st.just("advance_us"), st.integers(-12_000, 12_000)),
    st.tuples(st.just("next"), st.integers(1, 20)),
    st.tuples(st.just("batch"), st.integers(0, 150)),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(steps, max_size=40), st.integers(0, 12), st.integers(2, 5))
def test_ids_stay_unique_and_increase_under_any_history_of_the_clock(history: list, max_backwards_ms: int, sequence_bits: int) -> None:
    layout = SnowflakeLayout(41, 4, sequence_bits)
    clock = ManualClock()
    ids = generator(clock, layout, max_backwards_ms=max_backwards_ms)
    made: list[int] = []
    for what, size in history:
        if what == "advance_us":
            clock.advance(size / 1e6)
            continue
        try:
            new = ids.batch(size).tolist() if what == "batch" else [ids.next_id() for _ in range(size)]
        except ClockMovedBackwards:
            continue
        assert all(layout.decode(id).worker_id == 5 for id in new)
        assert not new or layout.decode(new[-1]).unix_ms <= clock.now_ns() // 1_000_000
        made += new
    assert all(before < after for before, after in pairwise(made))


def test_eight_threads_that_mix_single_ids_and_batches_get_no_id_twice() -> None:
    ids = SnowflakeGenerator(7)
    made: list[np.ndarray] = []

    def work() -> None:
        for _ in range(5):
            mine = [ids.next_id() for _ in range(2000)]
            batch = ids.batch(3000)
            everything = np.array([*mine, *batch.tolist(), ids.next_id()])
            assert (np.diff(everything) > 0).all()
            made.append(everything)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    together = np.concatenate(made)
    assert together.size == 8 * 5 * 5001 == np.unique(together).size


def test_a_generator_without_a_lease_may_be_closed_and_goes_on() -> None:
    with generator(ManualClock()) as ids:
        first = ids.next_id()
    assert ids.next_id() > first
