"""Laws of the outbox, on every engine."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from typing import Any

import pytest

from reference.twitter.errors import InvalidInput
from reference.twitter.model import Event
from reference.twitter.outbox import partition_of
from tests.twitter.stores import World, in_threads, world_on


def append(world: World, key: int, *numbers: int) -> int:
    """One transaction with an event per number; their partition."""

    def work(tx: Any) -> int:
        return [world.outbox.append(tx, key, Event("noted", {"n": n, "key": key})) for n in numbers][-1]

    return world.store.run(work)


def numbers(world: World, partition: int, after: int = 0) -> list[int]:
    return [event.payload["n"] for event in world.outbox.read(partition, after, 1000)]


def now_ms(world: World) -> int:
    return world.clock.now_ns() // 1_000_000


def test_an_event_waits_unread_until_it_has_a_position(world: World):
    partition = append(world, 7, 1, 2)
    assert world.outbox.read(partition, 0, 10) == []
    assert (world.outbox.waiting(), world.outbox.waiting_partitions()) == (2, [partition])
    assert world.outbox.sequence(partition) == 2
    assert (world.outbox.waiting(), world.outbox.waiting_partitions()) == (0, [])
    assert numbers(world, partition) == [1, 2]


def test_an_event_comes_back_equal_with_its_place(world: World):
    event = Event("posted", {"tweet_id": (1 << 63) - 1, "text": "👩🏽‍🚀 'é' \"漢\" \\ %s", "is_reply": False})
    partition = world.store.run(lambda tx: world.outbox.append(tx, 7, event))
    world.outbox.sequence(partition)
    assert world.outbox.read(partition, 0) == [Event(event.kind, event.payload, partition, 1)]


def test_positions_are_gapless_from_one_whatever_the_batches(world: World):
    partition = append(world, 7, *range(10))
    assert [world.outbox.sequence(partition, 4) for _ in range(4)] == [4, 4, 2, 0]
    events = world.outbox.read(partition, 0)
    assert [event.position for event in events] == list(range(1, 11))
    assert [event.payload["n"] for event in events] == list(range(10))
    assert world.outbox.last_position(partition) == 10


def test_an_aborted_transaction_leaves_neither_event_nor_hole(world: World):
    append(world, 7, 1)
    with pytest.raises(RuntimeError, match="no"), world.store.transaction() as tx:
        world.outbox.append(tx, 7, Event("noted", {"n": 2}))
        raise RuntimeError("no")
    partition = append(world, 7, 3)
    assert world.outbox.sequence(partition) == 2
    assert [event.position for event in world.outbox.read(partition, 0)] == [1, 2]
    assert numbers(world, partition) == [1, 3]


def test_reading_goes_on_after_the_position_given(world: World):
    partition = append(world, 7, *range(5))
    world.outbox.sequence(partition)
    assert [event.position for event in world.outbox.read(partition, 2, 2)] == [3, 4]
    assert world.outbox.read(partition, 5, 2) == []


def test_an_empty_partition_has_no_first_and_a_last_of_zero(world: World):
    for partition in range(world.store.partitions):
        assert world.outbox.first_position(partition) is None
        assert world.outbox.last_position(partition) == 0
        assert world.outbox.sequence(partition) == 0
        assert world.outbox.trim(partition, 100, now_ms(world) + 1) == 0
    assert world.outbox.waiting_partitions() == []


def test_partitions_count_apart(world: World):
    keys = {partition_of(key, world.store.partitions): key for key in range(100)}
    assert set(keys) == set(range(world.store.partitions))
    for partition, key in keys.items():
        assert append(world, key, partition) == partition
    assert world.outbox.waiting_partitions() == sorted(keys)
    assert [world.outbox.sequence(partition) for partition in keys] == [1] * len(keys)
    assert all(numbers(world, partition) == [partition] for partition in keys)


def test_trimming_removes_only_what_is_both_read_and_old(world: World):
    partition = append(world, 7, 1, 2)
    world.clock.advance(10)
    append(world, 7, 3)
    world.outbox.sequence(partition)
    assert world.outbox.trim(partition, 1, now_ms(world)) == 1
    assert world.outbox.trim(partition, 3, now_ms(world)) == 1
    assert numbers(world, partition) == [3]
    assert (world.outbox.first_position(partition), world.outbox.last_position(partition)) == (3, 3)
    assert world.outbox.trim(partition, 3, now_ms(world) + 1) == 1
    assert (world.outbox.first_position(partition), world.outbox.last_position(partition)) == (None, 3)


def test_trimming_leaves_no_hole_when_clocks_disagree(world: World):
    partition = append(world, 7, 1)
    world.clock.advance(-5)
    append(world, 7, 2)
    world.outbox.sequence(partition)
    assert world.outbox.trim(partition, 2, now_ms(world) + 1000) == 0
    assert [event.position for event in world.outbox.read(partition, 0)] == [1, 2]


def test_trimming_never_removes_what_waits(world: World):
    partition = append(world, 7, 1)
    world.outbox.sequence(partition)
    append(world, 7, 2)
    assert world.outbox.trim(partition, 100, now_ms(world) + 1) == 1
    assert world.outbox.waiting() == 1
    world.outbox.sequence(partition)
    assert [(event.position, event.payload["n"]) for event in world.outbox.read(partition, 0)] == [(2, 2)]


def test_what_is_young_and_waits_does_not_stop_trimming(world: World):
    partition = append(world, 7, 1)
    world.outbox.sequence(partition)
    world.clock.advance(10)
    append(world, 7, 2)
    assert world.outbox.trim(partition, 1, now_ms(world)) == 1


def test_a_partition_that_is_not_there_is_refused(world: World):
    calls = [world.outbox.sequence, world.outbox.first_position, world.outbox.last_position]
    calls += [lambda p: world.outbox.read(p, 0), lambda p: world.outbox.trim(p, 0, 0)]
    for call, partition in itertools.product(calls, (-1, 4, "0", None)):
        with pytest.raises(InvalidInput, match="partition must be 0 … 3"):
            call(partition)


def test_limits_outside_the_range_are_refused(world: World):
    for call in (lambda: world.outbox.sequence(0, 0), lambda: world.outbox.read(0, -1), lambda: world.outbox.read(0, 0, 0)):
        with pytest.raises(InvalidInput, match=r"must be (>=|1 …) ?"):
            call()


def test_relays_and_writers_at_once_neither_skip_nor_share_a_position(any_world: World):
    world = any_world
    other = world_on(world.store, first_id=1 << 61)
    done = threading.Event()
    left = [4]

    def work(index: int) -> int:
        if index >= 4:
            return relay(world if index % 2 else other)
        for number in range(25):
            append(world, index, number)
        left[0] -= 1
        if left[0] == 0:
            done.set()
        return 0

    def relay(mine: World) -> int:
        sequenced = 0
        while True:
            finished = done.is_set()
            step = sum(mine.outbox.sequence(partition, 3) for partition in mine.outbox.waiting_partitions())
            sequenced += step
            if finished and not mine.outbox.waiting():
                return sequenced

    assert sum(in_threads(7, work)) == 100
    seen: list[tuple[int, int]] = []
    for partition in range(world.store.partitions):
        events = world.outbox.read(partition, 0)
        assert [event.position for event in events] == list(range(1, len(events) + 1))
        seen += [(event.payload["key"], event.payload["n"]) for event in events]
    for key in range(4):
        assert [n for owner, n in seen if owner == key] == list(range(25)), "an author's order was broken"


def test_snowflakes_that_share_their_low_bits_spread_over_the_partitions():
    spread = Counter(partition_of(i << 22, 8) for i in range(8000))
    assert set(spread) == set(range(8))
    assert max(spread.values()) < 1.15 * 1000
    assert len({(i << 22) % 8 for i in range(8000)}) == 1


def test_partition_of_is_the_published_function_and_never_changes():
    # splitmix64 from seed 0 begins with 0xE220A8397B1DCDAF; a change here would move every author to another partition
    assert partition_of(0, 1 << 64) == 0xE220A8397B1DCDAF
    assert [partition_of(key, 8) for key in (0, 1, 2, 3)] == [7, 1, 6, 5]
