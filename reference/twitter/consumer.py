"""Reading the event log in groups: each partition by one leased owner, in order, at least once.

Several consumers on one stream do not keep an author's order (4 of them inverted 1,380 of 2,000 events), so events go to
partition `hash(author)` and each partition has one owner in a group. Handlers are idempotent. An event that fails
`max_attempts` times goes to the partition's dead-letter stream, so that it cannot hold up what comes after it for ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reference.twitter.backend import script
from reference.twitter.clock import Clock
from reference.twitter.errors import LeaseLost, Unavailable, require_int
from reference.twitter.events import EventLog, position_of
from reference.twitter.lease import Lease
from reference.twitter.model import Event

Handler = Callable[[Event], None]


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
        try:
            return self._consume(partition)
        except BaseException:  # an interruption, too: what was fetched and not acknowledged is pending, so begin there
            self._recovering.add(partition)
            raise

    def _consume(self, partition: int) -> int:
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
            self._owned.pop(partition).release()  # Redis lost its memory: own the partition and make the group anew
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
        ids = [entry_id for entry_id, _, _ in entries]
        for i, (entry_id, fields, attempt) in enumerate(entries):
            if not self._own(partition):
                return self._acknowledge(partition, ids[:i]), True
            event = Event(fields["kind"], json.loads(fields["payload"]), partition, position_of(entry_id))
            try:
                self.handler(event)
            except Exception as error:
                done = self._acknowledge(partition, ids[:i])
                if self.is_transient(error):
                    self._put_back(partition, ids[i:], attempt - 1)
                    raise
                self._put_back(partition, ids[i + 1 :])
                return done + self._failed(partition, entry_id, Failure(event, attempt, error)), True
        return self._acknowledge(partition, ids), False

    def _failed(self, partition: int, entry_id: str, failure: Failure) -> int:
        """The event is tried again, or becomes a dead letter; how many were acknowledged by that."""
        self.failures.append(failure)
        self._recovering.add(partition)
        if failure.attempt < self.max_attempts:
            return 0
        return self._acknowledge(partition, [entry_id], f"{type(failure.error).__name__}: {failure.error}")

    def _put_back(self, partition: int, entry_ids: list[str], attempts: int = 0) -> None:
        """Redis counts deliveries; what was delivered with a batch and not tried keeps its attempts (the first one: `attempts`)."""
        lease = self._owned.get(partition)
        if lease is None:
            return
        stream = self.log.key(partition, "stream")
        with self.log.redis.pipeline(transaction=False) as pipe:
            for entries, count in ((entry_ids[:1], attempts), (entry_ids[1:], 0)):
                if entries:
                    pipe.xclaim(stream, self.group, lease.holder, 0, entries, retrycount=count, justid=True)
            pipe.execute()

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
