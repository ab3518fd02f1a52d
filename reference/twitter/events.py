"""The event log: partitioned Redis Streams, fed from the store's outbox by a relay (`consumer.py` reads them).

The outbox gives every event its position before it is published; publishing compares and appends, so the log has no gap and
no repeat, whoever relays. A Redis that lost its memory holds a smaller last position than the store: the relay sees it and
publishes again what is missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from reference.twitter.backend import script
from reference.twitter.errors import require_int
from reference.twitter.model import Event


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
        """For each partition: events in the stream that `group` has not acknowledged (not delivered, or pending).

        Lost positions count only while something comes after them. Two round trips, and one for each partition in use.
        """
        with self.redis.pipeline(transaction=False) as pipe:
            for partition in range(self.partitions):
                pipe.xrevrange(self.key(partition, "stream"), count=1)
            newest = [position_of(entries[0][0]) if entries else 0 for entries in pipe.execute()]
        lasts = self.last_positions()
        return [self._unacknowledged(partition, group, newest[partition]) if last else 0 for partition, last in enumerate(lasts)]

    def _unacknowledged(self, partition: int, group: str, newest: int) -> int:
        """`newest`: position of the stream's last entry, 0 when it has none. (The end of the log may lie beyond: lost positions.)"""
        for info in self._groups(partition):
            if info["name"] == group:
                return max(0, newest - position_of(info["last-delivered-id"])) + int(info["pending"])
        return newest

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
            floor.append(position_of(pending["min"]) - 1 if pending["pending"] else position_of(info["last-delivered-id"]))
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


def position_of(entry_id: str) -> int:
    """The position in an entry id `position-0`."""
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
        lasts = self.log.last_positions()  # before the store's: what another relay publishes in between must not look like a log ahead
        places = enumerate(zip(lasts, self.outbox.last_positions(), strict=True))
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
