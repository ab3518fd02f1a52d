"""The event log: partitioned Redis Streams fed from the store's outbox, read by groups, each partition by one leased owner.

Why so: several consumers on one stream do not keep an author's order (4 of them inverted 1,380 of 2,000 events), so events
go to partition `hash(author)` and each partition has one owner a group. The outbox gives every event its position before it
is published; publishing compares and appends, so the log has no gap and no repeat, whoever relays. A Redis that lost its
memory holds a smaller last position than the store: the relay sees it and publishes again what is missing.

Delivery to handlers is at least once: handlers are idempotent. An event that fails `max_attempts` times goes to the
partition's dead-letter stream, so that it cannot hold up what comes after it for ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from reference.twitter.backend import script
from reference.twitter.clock import Clock
from reference.twitter.errors import LeaseLost, Unavailable, require_int
from reference.twitter.lease import Lease
from reference.twitter.model import Event

Handler = Callable[[Event], None]


class OutboxLike(Protocol):
    """What the relay asks of the store's outbox (see outbox.py)."""

    def waiting_partitions(self) -> list[int]: ...

    def sequence(self, partition: int, limit: int) -> int: ...

    def read(self, partition: int, after: int, limit: int) -> list[Event]: ...

    def last_positions(self) -> list[int]: ...


class EventLog:
    """The streams of a namespace. Positions are whole numbers from 1, gapless in each partition; entry ids are `position-0`."""

    def __init__(self, redis: Any, namespace: str, partitions: int) -> None:
        self.redis, self.namespace = redis, namespace
        self.partitions = require_int("partitions", partitions, 1, 1024)

    def key(self, partition: int, name: str) -> str:
        """Key `name` (stream, last, dead, owner:<group>) of a partition; all of one partition share a slot."""
        return f"{self.namespace}:{{ev{partition}}}:{name}"

    def last_positions(self) -> list[int]:
        """The last position of each partition in Redis, 0 for an empty one. One round trip."""
        with self.redis.pipeline(transaction=False) as pipe:
            for partition in range(self.partitions):
                pipe.get(self.key(partition, "last"))
            return [int(value or 0) for value in pipe.execute()]

    def append(self, partition: int, expected_last: int, events: Sequence[Event], first: int | None = None) -> int:
        """Append if the log still ends at `expected_last`; returns where it ends afterwards. `first` skips lost positions."""
        first = expected_last + 1 if first is None else first
        args: list[Any] = [expected_last, first]
        for event in events:
            args += [event.kind, json.dumps(event.payload, separators=(",", ":"), ensure_ascii=False)]
        keys = [self.key(partition, "stream"), self.key(partition, "last")]
        return int(script("log_append.lua").run(self.redis, keys, args))

    def open_group(self, partition: int, group: str) -> None:
        """Create the consumer group at the start of the stream; harmless when it exists."""
        from redis.exceptions import ResponseError

        try:
            self.redis.xgroup_create(self.key(partition, "stream"), group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def backlog(self, group: str) -> list[int]:
        """For each partition: events that `group` has not acknowledged yet (not delivered, or pending)."""
        lasts = self.last_positions()
        return [self._unacknowledged(partition, group, last) for partition, last in enumerate(lasts)]

    def _unacknowledged(self, partition: int, group: str, last: int) -> int:
        if last == 0:
            return 0
        for info in self._groups(partition):
            if info["name"] == group:
                return last - _position(info["last-delivered-id"]) + int(info["pending"])
        return last

    def _groups(self, partition: int) -> list[dict[str, Any]]:
        from redis.exceptions import ResponseError

        try:
            return self.redis.xinfo_groups(self.key(partition, "stream"))
        except ResponseError as error:
            if "no such key" not in str(error).lower():
                raise
            return []

    def acknowledged(self, partition: int) -> int:
        """The position up to which every group has acknowledged everything (0 when no group reads)."""
        floor: list[int] = []
        for info in self._groups(partition):
            pending = self.redis.xpending(self.key(partition, "stream"), info["name"])
            floor.append(_position(pending["min"]) - 1 if pending["pending"] else _position(info["last-delivered-id"]))
        return min(floor, default=0)

    def trim(self, partition: int, up_to: int) -> None:
        """Forget entries with position <= `up_to` (acknowledged by all)."""
        self.redis.xtrim(self.key(partition, "stream"), minid=f"{up_to + 1}-0", approximate=False)

    def reset(self, partition: int) -> None:
        """Forget a partition's stream and end; consumers make their group anew."""
        self.redis.unlink(self.key(partition, "stream"), self.key(partition, "last"))

    def dead_letters(self) -> list[dict[str, str]]:
        """All dead letters: entry, group, reason, kind, payload."""
        streams = (self.key(partition, "dead") for partition in range(self.partitions))
        return [fields for key in streams for _, fields in self.redis.xrange(key)]


def _position(entry_id: str) -> int:
    return int(entry_id.split("-", 1)[0])


class Relay:
    """Moves events from the outbox into the log: gives positions, compares and appends, repairs after a loss.

    `on_loss` is called when the log and the store no longer fit: Redis lost events that the outbox does not retain any more,
    or holds events that the store never had. Whatever was built from them must then be rebuilt from the store.
    """

    def __init__(self, outbox: OutboxLike, log: EventLog, on_loss: Callable[[], None], batch: int = 500) -> None:
        self.outbox, self.log, self.on_loss = outbox, log, on_loss
        self.batch = require_int("batch", batch, 1)

    def run_once(self) -> int:
        """Publish what waits; the number of events published."""
        for partition in self.outbox.waiting_partitions():
            while self.outbox.sequence(partition, self.batch) == self.batch:
                pass
        ends = self.outbox.last_positions()
        places = enumerate(zip(self.log.last_positions(), ends, strict=True))
        return sum(self._catch_up(partition, last, end) for partition, (last, end) in places if last != end)

    def _catch_up(self, partition: int, last: int, end: int) -> int:
        published = 0
        if last > end:  # the log is ahead of the store: it belongs to another life of this namespace
            self.on_loss()
            self.log.reset(partition)
            return 0
        while last < end:
            events = self.outbox.read(partition, last, self.batch)
            first = events[0].position if events else end + 1
            if first > last + 1:
                self.on_loss()
            log_end = self.log.append(partition, last, events, first)
            if log_end <= last:  # Redis lost its memory between two calls: the next pass begins anew
                break
            published += len(events)
            last = log_end
        return published


@dataclass
class Failure:
    """A handler's failure, kept for whoever looks: position, attempt, error."""

    event: Event
    attempt: int
    error: Exception


class GroupConsumer:
    """One worker's part in a group: owns partitions by lease, hands their events to a handler in order.

    `lease_ttl_ms`: how long a dead owner's partition stays its own; `max_attempts`: tries before an event is a dead letter;
    `is_transient`: failures that say nothing about the event (a backend is down): they are raised, never a dead letter.
    A partition's first events after a take-over are those that the dead owner had not acknowledged.
    """

    def __init__(
        self,
        log: EventLog,
        group: str,
        handler: Handler,
        clock: Clock,
        lease_ttl_ms: int = 10_000,
        max_attempts: int = 5,
        batch: int = 100,
        is_transient: Callable[[Exception], bool] = lambda error: isinstance(error, Unavailable),
    ) -> None:
        self.log, self.group, self.handler, self.clock, self.is_transient = log, group, handler, clock, is_transient
        self.max_attempts = require_int("max_attempts", max_attempts, 1)
        self.batch = require_int("batch", batch, 1)
        self.lease_ttl_ms = lease_ttl_ms
        self.failures: list[Failure] = []
        self._owned: dict[int, Lease] = {}
        self._recovering: set[int] = set()

    def run_once(self, partitions: Sequence[int] | None = None) -> int:
        """One pass over `partitions` (None: those with a backlog); the number of events acknowledged."""
        if partitions is None:
            partitions = [partition for partition, waiting in enumerate(self.log.backlog(self.group)) if waiting]
        return sum(self._drain_partition(partition) for partition in partitions if self._own(partition))

    def release(self) -> None:
        """Give all partitions back."""
        for lease in self._owned.values():
            lease.release()
        self._owned.clear()

    def _own(self, partition: int) -> bool:
        """True when this worker surely owns the partition; takes it when it is free."""
        lease = self._owned.get(partition)
        if lease is not None and self._still_ours(partition, lease):
            return True
        lease = Lease(self.log.redis, self.log.key(partition, f"owner:{self.group}"), self.clock, self.lease_ttl_ms)
        if not lease.acquire():
            return False
        self.log.open_group(partition, self.group)
        self._owned[partition] = lease
        self._recovering.add(partition)
        return True

    def _still_ours(self, partition: int, lease: Lease) -> bool:
        """Renews in the last two thirds of the lease; drops it when it is lost."""
        if lease.remaining_ms() * 3 > self.lease_ttl_ms * 2:
            return True
        try:
            lease.renew()
        except LeaseLost:
            del self._owned[partition]
            return False
        return True

    def _drain_partition(self, partition: int) -> int:
        done = 0
        while True:
            entries = self._fetch(partition)
            if not entries:
                return done
            handled, stopped = self._handle(partition, entries)
            done += handled
            if stopped or not self._own(partition):
                return done

    def _fetch(self, partition: int) -> list[tuple[str, dict[str, str], int]]:
        """(entry id, fields, attempt): first what is pending, with its attempt, then what is new."""
        from redis.exceptions import ResponseError

        try:
            return self._read(partition)
        except ResponseError as error:
            if not str(error).startswith("NOGROUP"):
                raise
            del self._owned[partition]  # Redis lost its memory: own the partition and make the group anew
            return []

    def _read(self, partition: int) -> list[tuple[str, dict[str, str], int]]:
        stream, me = self.log.key(partition, "stream"), self._owned[partition].holder
        if partition in self._recovering:
            claimed = self.log.redis.xautoclaim(stream, self.group, me, min_idle_time=0, start_id="0", count=self.batch)[1]
            entries = [entry for entry in claimed if entry[1]]
            if entries:
                attempts = self._attempts(stream, entries)
                return [(entry_id, fields, attempts.get(entry_id, 1)) for entry_id, fields in entries]
            self._recovering.discard(partition)
        reply = self.log.redis.xreadgroup(self.group, me, {stream: ">"}, count=self.batch)
        return [(entry_id, fields, 1) for _, entries in _as_pairs(reply) for entry_id, fields in entries]

    def _attempts(self, stream: str, entries: list[tuple[str, dict[str, str]]]) -> dict[str, int]:
        pending = self.log.redis.xpending_range(stream, self.group, min=entries[0][0], max=entries[-1][0], count=len(entries))
        return {item["message_id"]: int(item["times_delivered"]) for item in pending}

    def _handle(self, partition: int, entries: list[tuple[str, dict[str, str], int]]) -> tuple[int, bool]:
        """Handle in order, acknowledge together; stop at the first failure so that the author's order is kept."""
        good: list[str] = []
        for entry_id, fields, attempt in entries:
            if not self._own(partition):
                return self._acknowledge(partition, good), True
            event = Event(fields["kind"], json.loads(fields["payload"]), partition, _position(entry_id))
            try:
                self.handler(event)
            except Exception as error:
                if self.is_transient(error):
                    self._recovering.add(partition)
                    raise
                return self._failed(partition, good, entry_id, Failure(event, attempt, error)), True
            good.append(entry_id)
        return self._acknowledge(partition, good), False

    def _failed(self, partition: int, good: list[str], entry_id: str, failure: Failure) -> int:
        """Acknowledge what went before; the failed event is tried again, or becomes a dead letter."""
        self.failures.append(failure)
        done = self._acknowledge(partition, good)
        self._recovering.add(partition)
        if failure.attempt >= self.max_attempts:
            done += self._acknowledge(partition, [entry_id], f"{type(failure.error).__name__}: {failure.error}")
        return done

    def _acknowledge(self, partition: int, entry_ids: list[str], verdict: str = "ack") -> int:
        """Fenced: nothing is acknowledged once another owns the partition (it will handle the events again)."""
        lease = self._owned.get(partition)
        if not entry_ids or lease is None:
            return 0
        keys = [self.log.key(partition, name) for name in ("stream", f"owner:{self.group}", "dead")]
        acked = int(script("log_ack.lua").run(self.log.redis, keys, [self.group, lease.holder, verdict, *entry_ids]))
        if acked < 0:
            del self._owned[partition]
        return max(0, acked)


def _as_pairs(reply: Any) -> list[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """XREADGROUP's answer as pairs, whichever shape the protocol gives it."""
    return list(reply.items()) if isinstance(reply, dict) else list(reply or [])
