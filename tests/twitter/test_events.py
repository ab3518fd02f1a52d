"""Laws of the event log: order, no gap, no repeat, at least once, whoever dies and whatever Redis forgets."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections import defaultdict

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from reference.twitter.backend import delete_namespace
from reference.twitter.clock import ManualClock, SystemClock
from reference.twitter.consumer import GroupConsumer
from reference.twitter.errors import Unavailable
from reference.twitter.events import EventLog, Relay
from reference.twitter.model import Event

PARTITIONS = 2


class ListOutbox:
    """An outbox in plain lists: what waits, what has a position, and how much of that was trimmed."""

    def __init__(self) -> None:
        self.waiting: dict[int, list[Event]] = defaultdict(list)
        self.placed: dict[int, list[Event]] = defaultdict(list)
        self.trimmed: dict[int, int] = defaultdict(int)

    def append(self, count: int, partition: int = 0) -> None:
        start = len(self.placed[partition]) + len(self.waiting[partition])
        self.waiting[partition] += [Event("tweeted", {"n": start + i + 1, "author_id": partition}) for i in range(count)]

    def waiting_partitions(self) -> list[int]:
        return [partition for partition in range(PARTITIONS) if self.waiting[partition]]

    def sequence(self, partition: int, limit: int) -> int:
        moved, self.waiting[partition] = self.waiting[partition][:limit], self.waiting[partition][limit:]
        first = len(self.placed[partition]) + 1
        self.placed[partition] += [Event(event.kind, event.payload, partition, first + i) for i, event in enumerate(moved)]
        return len(moved)

    def read(self, partition: int, after: int, limit: int) -> list[Event]:
        return self.placed[partition][max(after, self.trimmed[partition]) :][:limit]

    def last_positions(self) -> list[int]:
        return [len(self.placed[partition]) for partition in range(PARTITIONS)]


class House:
    """A log, its outbox, a relay, and consumers that note what they handled."""

    def __init__(self, redis) -> None:
        self.redis = redis
        self.log = EventLog(redis, f"events-{secrets.token_hex(4)}", PARTITIONS)
        self.outbox = ListOutbox()
        self.losses = 0
        self.relay = self.another_relay()
        self.seen: list[tuple[int, int]] = []

    def another_relay(self, outbox=None) -> Relay:
        return Relay(outbox or self.outbox, self.log, self.on_loss, batch=4)

    def on_loss(self) -> None:
        self.losses += 1

    def publish(self, count: int, partition: int = 0) -> None:
        self.outbox.append(count, partition)
        self.relay.run_once()

    def consumer(self, handler=None, **options) -> GroupConsumer:
        def note(event: Event) -> None:
            if handler is not None:
                handler(event)
            self.seen.append((event.partition, event.position))

        return GroupConsumer(self.log, "g", note, options.pop("clock", ManualClock()), **options)

    def positions(self, partition: int = 0) -> list[int]:
        return [position for where, position in self.seen if where == partition]

    def stored(self, partition: int = 0) -> list[int]:
        return [int(entry.split("-")[0]) for entry, _ in self.redis.xrange(self.log.key(partition, "stream"))]

    def expire_lease(self, partition: int = 0) -> None:
        """What time does to the lease of a dead owner."""
        assert self.redis.delete(self.log.key(partition, "owner:g")) == 1

    def empty_redis(self) -> None:
        delete_namespace(self.redis, self.log.namespace)

    def work_until_settled(self, consumer: GroupConsumer, passes: int = 40) -> None:
        for _ in range(passes):
            self.relay.run_once()
            consumer.run_once()
            if not any(self.log.backlog("g")):
                return
        raise AssertionError(f"after {passes} passes the backlog is {self.log.backlog('g')}")


@pytest.fixture
def house(redis):
    house = House(redis)
    yield house
    house.empty_redis()


# — publishing —


def test_the_log_has_every_event_once_and_in_order(house: House) -> None:
    house.publish(10)
    house.publish(3, partition=1)
    house.publish(1)
    assert house.stored() == list(range(1, 12)) and house.stored(1) == [1, 2, 3]
    assert house.log.last_positions() == [11, 3]


def test_two_relays_at_once_publish_each_event_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other relay publishes everything between this one's look at the log and its append."""
    house.outbox.append(10)
    other, append = house.another_relay(), house.log.append

    def interrupted(*args):
        monkeypatch.setattr(house.log, "append", append)
        other.run_once()
        return append(*args)

    monkeypatch.setattr(house.log, "append", interrupted)
    house.relay.run_once()
    assert house.stored() == list(range(1, 11))
    assert house.losses == 0


def test_a_relay_that_is_overtaken_by_another_does_not_take_it_for_a_loss(house: House) -> None:
    """Between its two looks, at the store and at the log, another relay publishes more."""
    house.publish(3)
    first, other = True, house.another_relay()

    class Slow(ListOutbox):
        def last_positions(self) -> list[int]:
            nonlocal first
            ends = super().last_positions()
            if first:
                first = False
                house.outbox.append(2)
                other.run_once()
            return ends

    slow = Slow()
    slow.waiting, slow.placed, slow.trimmed = house.outbox.waiting, house.outbox.placed, house.outbox.trimmed
    house.another_relay(slow).run_once()
    assert house.losses == 0
    assert house.stored() == [1, 2, 3, 4, 5]


def test_a_lost_answer_of_an_append_publishes_nothing_twice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.outbox.append(3)
    append = house.log.append

    def unanswered(*args):
        monkeypatch.setattr(house.log, "append", append)
        append(*args)
        raise RedisConnectionError("the answer was lost")

    monkeypatch.setattr(house.log, "append", unanswered)
    with pytest.raises(RedisConnectionError):
        house.relay.run_once()
    house.relay.run_once()
    assert house.stored() == [1, 2, 3]


# — consuming —


def test_an_authors_order_is_kept_by_several_workers(house: House) -> None:
    """Each partition has one owner at a time; workers take turns and one of them goes away in between."""
    workers = [house.consumer(batch=2) for _ in range(3)]
    for round_ in range(6):
        house.publish(5)
        house.publish(3, partition=1)
        for worker in workers:
            worker.run_once()
        workers[round_ % 3].release()
    house.work_until_settled(workers[0])
    assert house.positions(0) == list(range(1, 31)) and house.positions(1) == list(range(1, 19))


def test_what_a_dead_owner_had_not_acknowledged_is_handled_first_and_in_order(house: House) -> None:
    class Killed(BaseException):
        pass

    def die(event: Event) -> None:
        if event.position == 3:
            raise Killed

    house.publish(5)
    dead, heir = house.consumer(die), house.consumer()
    with pytest.raises(Killed):
        dead.run_once()
    assert heir.run_once() == 0  # the lease still stands
    house.expire_lease()
    house.publish(2)
    assert heir.run_once() == 7
    assert house.positions() == [1, 2, 1, 2, 3, 4, 5, 6, 7]


def test_a_dead_owners_lease_ends_by_itself(house: House) -> None:
    house.publish(1)
    dead, heir = house.consumer(clock=SystemClock(), lease_ttl_ms=40), house.consumer(clock=SystemClock())
    assert dead.run_once() == 1
    house.publish(1)
    deadline = time.monotonic() + 5
    while not heir.run_once():
        assert time.monotonic() < deadline, "the partition was never taken over"
        time.sleep(0.005)
    assert house.positions() == [1, 2]


def test_an_owner_that_wakes_up_late_acknowledges_nothing(house: House) -> None:
    """While the first owner is paused inside a handler its lease ends and another claims its events, still working on them."""

    class Paused(BaseException):
        pass

    def never_done(event: Event) -> None:
        raise Paused

    heir = house.consumer(never_done)

    def pause(event: Event) -> None:
        if event.position == 2:
            house.expire_lease()
            with pytest.raises(Paused):
                heir.run_once()

    house.publish(2)
    late = house.consumer(pause)
    assert late.run_once() == 0
    assert house.log.backlog("g")[0] == 2


def test_an_event_that_fails_every_time_becomes_a_dead_letter_and_the_others_go_on(house: House) -> None:
    attempts: list[int] = []

    def bad_second(event: Event) -> None:
        if event.position == 2:
            attempts.append(event.position)
            raise ValueError("cannot be parsed")

    consumer = house.consumer(bad_second, max_attempts=3)
    house.publish(4)
    house.work_until_settled(consumer)
    assert len(attempts) == 3
    assert house.positions() == [1, 3, 4]
    (letter,) = house.log.dead_letters()
    assert letter["entry"] == "2-0" and letter["group"] == "g" and "cannot be parsed" in letter["reason"]
    assert [failure.attempt for failure in consumer.failures] == [1, 2, 3]


def test_an_event_behind_a_failing_one_has_all_its_attempts_still(house: House) -> None:
    def bad(event: Event) -> None:
        if event.position in (1, 2):
            raise ValueError("no")

    consumer = house.consumer(bad, max_attempts=4)
    house.publish(3)
    house.work_until_settled(consumer)
    assert [(failure.event.position, failure.attempt) for failure in consumer.failures] == [(p, a) for p in (1, 2) for a in (1, 2, 3, 4)]
    assert house.positions() == [3]


def test_transient_errors_never_make_a_dead_letter_nor_count_as_attempts(house: House) -> None:
    errors = iter([*[Unavailable("the store is down")] * 10, ValueError("once"), *[Unavailable("again")] * 10])

    def flaky(event: Event) -> None:
        if event.position == 2 and (error := next(errors, None)):
            raise error

    consumer = house.consumer(flaky, max_attempts=3)
    house.publish(3)
    for _ in range(10):
        with pytest.raises(Unavailable):
            consumer.run_once()
    consumer.run_once()
    for _ in range(10):
        with pytest.raises(Unavailable):
            consumer.run_once()
    house.work_until_settled(consumer)
    assert house.log.dead_letters() == []
    assert house.positions()[-2:] == [2, 3] and set(house.positions()) == {1, 2, 3}
    assert [failure.attempt for failure in consumer.failures] == [1]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RedisConnectionError, Unavailable, ValueError])
def test_no_event_is_lost_when_a_handler_raises_in_mid_batch(house: House, error: type[BaseException]) -> None:
    raised = []

    def once(event: Event) -> None:
        if event.position == 3 and not raised:
            raised.append(error("in mid batch"))
            raise raised[0]

    consumer = house.consumer(once)
    house.publish(5)
    with contextlib.suppress(error):
        consumer.run_once()
    house.work_until_settled(consumer)
    assert raised and set(house.positions()) == {1, 2, 3, 4, 5}
    assert house.positions()[-3:] == [3, 4, 5]


@pytest.mark.parametrize("step", ["_acknowledge", "_still_ours"])
def test_no_event_is_stuck_when_redis_fails_before_acknowledging(house: House, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer = house.consumer()
    house.publish(1)
    consumer.run_once()
    house.publish(3)
    whole, calls = getattr(consumer, step), []

    def fail_once(*args):
        calls.append(args)
        if len(calls) == 2 or step == "_acknowledge":
            monkeypatch.setattr(consumer, step, whole)
            raise RedisConnectionError("gone for a moment")
        return whole(*args)

    monkeypatch.setattr(consumer, step, fail_once)
    with pytest.raises(RedisConnectionError):
        consumer.run_once()
    house.work_until_settled(consumer)
    assert set(house.positions()) == {1, 2, 3, 4}


# — loss and repair —


def test_a_redis_that_was_emptied_gets_the_events_again(house: House) -> None:
    consumer = house.consumer()
    house.publish(6)
    house.work_until_settled(consumer)
    house.empty_redis()
    house.publish(2)
    house.work_until_settled(consumer)
    assert house.stored() == list(range(1, 9))
    assert house.positions()[-8:] == list(range(1, 9))
    assert house.losses == 0  # the outbox still had them all


def test_a_gap_after_trimming_is_a_loss_and_later_events_go_on(house: House) -> None:
    consumer = house.consumer()
    house.publish(6)
    house.work_until_settled(consumer)
    house.outbox.trimmed[0] = 4
    house.empty_redis()
    house.publish(1)
    house.work_until_settled(consumer)
    assert house.losses == 1
    assert house.positions()[-3:] == [5, 6, 7] and house.log.last_positions()[0] == 7


def test_an_emptied_redis_settles_although_every_event_was_trimmed(house: House) -> None:
    consumer = house.consumer()
    house.publish(3)
    house.work_until_settled(consumer)
    house.outbox.trimmed[0] = 3
    house.empty_redis()
    house.work_until_settled(consumer)
    assert house.losses == 1
    house.publish(1)
    house.work_until_settled(consumer)
    assert house.positions() == [1, 2, 3, 4] and house.losses == 1


def test_a_group_that_comes_when_the_stream_is_trimmed_has_no_backlog(house: House) -> None:
    house.publish(3)
    house.work_until_settled(house.consumer())
    house.log.trim(0, 3)
    assert house.log.backlog("newcomer") == [0, 0]
    house.log.open_group(0, "newcomer")
    assert house.log.backlog("newcomer") == [0, 0]


def test_a_log_that_is_ahead_of_the_store_belongs_to_another_life(house: House) -> None:
    """The store was restored from an older backup; the owner of the partition lives on and need not wait for its own lease."""
    consumer = house.consumer()
    house.publish(5)
    house.work_until_settled(consumer)
    house.outbox.placed[0] = house.outbox.placed[0][:2]
    house.seen.clear()
    house.relay.run_once()
    assert house.losses == 1
    house.publish(1)
    house.work_until_settled(consumer)
    assert house.positions() == [1, 2, 3] and house.losses == 1


def test_only_what_every_group_has_acknowledged_may_be_trimmed(house: House) -> None:
    def stop_at_4(event: Event) -> None:
        if event.position == 4:
            raise Unavailable("later")

    house.publish(6)
    house.work_until_settled(house.consumer())
    with pytest.raises(Unavailable):
        GroupConsumer(house.log, "slow", stop_at_4, ManualClock()).run_once()
    assert house.log.acknowledged(0) == 3
    house.log.trim(0, house.log.acknowledged(0))
    assert house.stored() == [4, 5, 6]
    assert house.log.backlog("slow")[0] == 3
