"""The contract of ids accepts what is right and names what is wrong: in wrong generators, published designs and a library."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from typing import Any

import pytest

from reference.contracts import Broken, Contract, ids
from reference.twitter.errors import ClockMovedBackwards
from reference.twitter.ids import SnowflakeGenerator, WorkerLease
from tests.contracts import wrong_ids as wrong

SHAPE = "ids are positive and fit 63 bits"
INCREASE = "ids increase strictly"
UNIT = "timestamp bits count milliseconds"
EPOCH = "the epoch is the promised one"
WORKER = "worker bits hold the worker id"
RANGE = "a worker id out of range is refused"
EVERY = "the sequence counts every id of a millisecond"
RESTART = "the sequence restarts at 0 in each millisecond"
SURVIVE = "worker bits survive when the sequence is spent"
SPENT = "a spent sequence waits for the next millisecond"
SMALL = "no id repeats or falls when the clock steps back a little"
LARGE = "a large step back is an error"
GOES_ON = "back at the old millisecond the sequence goes on"
THREADS = "threads never get the same id or an error"
BEFORE = "a clock before the epoch is an error"
END = "the end of the timestamp bits is an error"
BATCH = "a batch is what as many calls would give"
FUTURE = "a batch never takes milliseconds that have not begun"

# generator, the law that names its mistake, a word of the hint, further laws that it breaks by that
KNOWN_WRONG = [
    (wrong.NoLock, THREADS, "lock", ()),
    (wrong.IgnoresClockBack, SMALL, "never go back", (LARGE,)),
    (wrong.ResetsTheSequenceOnClockBack, GOES_ON, "0, 1, error, 2", (SMALL,)),
    (wrong.WaitsOutEverything, LARGE, "ClockMovedBackwards", ()),
    (wrong.OverflowsIntoTheWorker, SURVIVE, "largest sequence", (SPENT,)),
    (wrong.WrapsTheSequence, SPENT, "wait until the clock shows the next millisecond", ()),
    (wrong.NeverResetsTheSequence, RESTART, "back to 0", ()),
    (wrong.ReturnsNoneWhenSpent, SPENT, "Returning None", ()),
    (wrong.BorrowsFromTheFuture, SPENT, "wait until", ()),
    (wrong.Seconds, UNIT, "not seconds", (RESTART, SPENT, END)),
    (wrong.WrongEpoch, EPOCH, "promised epoch", ()),
    (wrong.Floats, EVERY, "a float 53", (INCREASE, SURVIVE, SMALL, GOES_ON, THREADS)),
    (wrong.WorkerBitsBelow, WORKER, "worker_id << sequence_bits", (EVERY, RESTART, SURVIVE, SPENT, GOES_ON)),
    (wrong.UncheckedWorker, RANGE, "constructor", ()),
    (wrong.BatchFromTheFuture, FUTURE, "has begun", (BATCH,)),
    (wrong.BatchForgetsItsState, BATCH, "same state", ()),
]


def names(report: ids.Report) -> set[str]:
    return set(report.failed)


@pytest.mark.parametrize("max_backwards_ms", [0, 1, 10, 1000])
def test_the_reference_shows_every_behaviour(max_backwards_ms: int) -> None:
    report = ids.check(lambda worker_id, clock: SnowflakeGenerator(worker_id, clock=clock, max_backwards_ms=max_backwards_ms))
    assert report.ok, str(report)
    assert len(report.passed) == len(ids.contract.behaviours) == 18


def test_the_reference_with_a_leased_worker_id_shows_every_behaviour(redis: Any) -> None:
    from reference.twitter.backend import delete_namespace

    runs = itertools.count()
    space = f"contract-{uuid.uuid4().hex[:8]}"

    def leased(worker_id: int, clock: Any) -> SnowflakeGenerator:
        namespace = f"{space}:{next(runs)}"
        redis.set(f"{namespace}:workers:cursor", worker_id - 1)  # so that this worker id is tried first
        lease = WorkerLease(redis, namespace, clock)
        lease.acquire()
        return SnowflakeGenerator(worker_id, clock=clock, lease=lease)

    report = ids.check(leased)
    delete_namespace(redis, space)
    assert report.ok, str(report)


def test_the_sound_generator_from_which_the_wrong_ones_derive_shows_every_behaviour() -> None:
    report = ids.check(wrong.Sound)
    assert report.ok, str(report)


@pytest.mark.parametrize(("generator", "law", "word", "also"), KNOWN_WRONG, ids=[case[0].__name__ for case in KNOWN_WRONG])
def test_a_known_wrong_generator_is_rejected_by_the_law_that_names_its_mistake(generator: Any, law: str, word: str, also: tuple) -> None:
    report = ids.check(generator)
    assert names(report) == {law, *also}, str(report)
    named = next(failure for failure in report.failures if failure.behaviour == law)
    assert word in named.hint
    assert named.why and named.expected and named.got


def test_every_law_about_single_ids_rejects_some_known_wrong_generator() -> None:
    assert {law for _, law, _, _ in KNOWN_WRONG} >= {each.name for each in ids.contract} - {SHAPE, INCREASE, BEFORE, END}


def test_ids_that_are_floats_fail_with_a_hint_about_whole_numbers() -> None:
    report = ids.check(wrong.AnswersFloats)
    assert SHAPE in names(report)
    assert "whole numbers" in report.failures[0].hint


def test_design_c_has_no_lock_and_knows_no_ends_of_time() -> None:
    assert names(ids.check(wrong.DesignC)) == {THREADS, BEFORE, END}


def test_design_e_goes_back_with_the_clock() -> None:
    report = ids.check(wrong.DesignE, epoch_ms=wrong.DESIGN_E_EPOCH_MS)
    assert names(report) == {SMALL, LARGE, RANGE, BEFORE, END}


def test_the_missing_lock_is_found_every_time() -> None:
    law = ids.contract.run
    for generator in (wrong.NoLock, wrong.DesignC):
        for _ in range(20):
            promise = ids.Promise(generator, 41, 10, 12, wrong.EPOCH_MS)
            assert law(promise, only=[THREADS]).failed == (THREADS,)


def test_a_lock_is_never_taken_for_a_missing_one() -> None:
    promise = ids.Promise(lambda worker_id, clock: SnowflakeGenerator(worker_id, clock=clock), 41, 10, 12, wrong.EPOCH_MS)
    assert all(ids.contract.run(promise, only=[THREADS]).ok for _ in range(5))


def test_the_contract_finds_the_flaws_of_snowflake_id_from_pypi(monkeypatch: pytest.MonkeyPatch) -> None:
    """snowflake-id 1.0.2 answers None when the sequence is spent or the clock is behind, and has no lock."""
    peer = pytest.importorskip("snowflake.snowflake")

    class Adapter:
        def __init__(self, worker_id: int, clock: Any) -> None:
            monkeypatch.setattr(peer, "time", clock.now)
            self.clock, self.generator = clock, peer.SnowflakeGenerator(worker_id, epoch=wrong.EPOCH_MS)

        def next_id(self) -> int | None:
            monkeypatch.setattr(peer, "time", self.clock.now)
            return next(self.generator)

    report = ids.check(Adapter)
    assert {SPENT, SMALL, LARGE, GOES_ON, THREADS} <= names(report), str(report)
    assert all("Returning None" in each.hint for each in report.failures if each.behaviour in (SPENT, SMALL, LARGE, GOES_ON))
    assert {SHAPE, INCREASE, UNIT, EPOCH, WORKER, RANGE, EVERY, SURVIVE} <= set(report.passed)


def test_code_that_raises_is_a_failure_and_never_a_crash() -> None:
    def explode(worker_id: int, clock: Any) -> Any:
        raise ZeroDivisionError("1 / 0")

    report = ids.check(explode)
    assert not report.ok
    assert all("ZeroDivisionError" in failure.got for failure in report.failures if failure.expected == "no exception here")
    assert SHAPE in names(report)


def test_code_that_ends_the_process_is_a_failure_too() -> None:
    def leave(worker_id: int, clock: Any) -> Any:
        raise SystemExit(3)

    assert "SystemExit" in ids.check(leave).failures[0].got


def test_code_that_loops_for_ever_is_judged_in_bounded_time_and_stopped() -> None:
    class Loops(wrong.Sound):
        def next_id(self) -> int:
            while True:
                pass

    before = threading.active_count()
    started = time.monotonic()
    report = ids.contract.run(ids.Promise(Loops, 41, 10, 12, wrong.EPOCH_MS), only=[SHAPE, INCREASE], deadline_s=0.2)
    assert time.monotonic() - started < 5
    assert names(report) == {SHAPE, INCREASE}
    assert "hangs" in report.failures[0].got
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before


def test_a_wait_that_spins_on_the_clock_without_sleeping_is_served() -> None:
    class Spins(SnowflakeGenerator):
        def _sleep_until(self, ms: int) -> int:
            return self._now_ns() // 1_000_000

    report = ids.check(lambda worker_id, clock: Spins(worker_id, clock=clock))
    assert report.ok, str(report)


def test_a_report_reads_as_text_and_as_html() -> None:
    report = ids.check(wrong.NoLock)
    assert str(report).startswith("ids: 17 of 18 behaviours shown")
    assert f"✗ {THREADS}" in str(report) and "hint" in str(report)
    page = report._repr_html_()
    assert f"✗ <strong>{THREADS}</strong>" in page and page.count("✓") == 17


def test_what_judged_code_says_is_escaped_in_html() -> None:
    contract: Contract[None] = Contract("one law")

    @contract.behaviour(why="because", hint="do <better>")
    def it_holds(_: None) -> None:
        raise Broken("<b>", "<script>")

    page = contract.run(None)._repr_html_()
    assert "<script>" not in page and "&lt;script&gt;" in page and "do &lt;better&gt;" in page


def test_two_laws_of_one_name_are_refused() -> None:
    contract: Contract[None] = Contract("twice")

    def it_holds(_: None) -> None:
        return None

    contract.behaviour("why", "hint")(it_holds)
    with pytest.raises(ValueError, match="already"):
        contract.behaviour("why", "hint")(it_holds)


def test_the_reference_refuses_with_the_named_error() -> None:
    from reference.twitter.clock import ManualClock

    clock = ManualClock()
    generator = SnowflakeGenerator(7, clock=clock)
    generator.next_id()
    clock.advance(-3600)
    with pytest.raises(ClockMovedBackwards):
        generator.next_id()
