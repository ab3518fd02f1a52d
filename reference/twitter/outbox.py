"""The outbox: events written in the transaction that made them true, then given a place in their partition's order.

Writing to a database and to a log cannot be one transaction; writing the event to the database can (the "transactional outbox").
A row waits without position until `sequence` numbers it 1, 2, 3 … within its partition: gapless, so that a reader
knows by the number alone that nothing is missing, and an aborted transaction leaves no hole.
"""

from __future__ import annotations

import json
from typing import Any

from reference.twitter.backend import spread
from reference.twitter.clock import NS_PER_MS, Clock
from reference.twitter.errors import InvalidInput, require_int
from reference.twitter.model import Event
from reference.twitter.store import Store

MAX_BATCH = 100_000


def partition_of(key: int, partitions: int) -> int:
    """The partition of `key`, 0 … partitions − 1: a hash, since `key % partitions` would put most Snowflake ids in one."""
    return spread(key, partitions)


class Outbox:
    """The events of one store. `clock` dates the rows. Thread-safe; several relays may run at once."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self._statements()

    def _statements(self) -> None:
        from sqlalchemy import bindparam, func, insert, select

        outbox, partitions = self.store.tables.outbox, self.store.tables.partitions
        waits = outbox.c.position.is_(None)
        here, place = outbox.c.partition == bindparam("p"), outbox.c.position > bindparam("after")
        self._insert = insert(outbox)
        self._read = select(outbox.c.kind, outbox.c.payload, outbox.c.position).where(here, place)
        self._read = self._read.order_by(outbox.c.position).limit(bindparam("n"))
        self._waiting = select(func.count()).select_from(outbox).where(waits)
        self._waiting_partitions = select(outbox.c.partition).where(waits).distinct().order_by(outbox.c.partition)
        self._all_places = select(partitions.c.last_position).order_by(partitions.c.partition)
        self._place = select(partitions.c.last_position, partitions.c.trimmed_position).where(partitions.c.partition == bindparam("p"))

    def append(self, tx: Any, partition_key: int, event: Event) -> int:
        """Write `event` in transaction `tx`; events of one `partition_key` (an author) share a partition, which is returned.

        Row ids come from a sequence of the database: they grow along cause and effect whatever the clocks of several processes say.
        """
        partition = partition_of(partition_key, self.store.partitions)
        payload = json.dumps(event.payload, ensure_ascii=False, separators=(",", ":"))
        row = {"partition": partition, "kind": event.kind, "payload": payload, "created_ms": self.clock.now_ns() // NS_PER_MS}
        tx.execute(self._insert, row)
        return partition

    def sequence(self, partition: int, limit: int = 1000) -> int:
        """Number the oldest `limit` waiting rows of `partition`; how many there were. O(limit).

        The partition's row is locked first: two relays at once neither skip nor share a position.
        """
        self._require_partition(partition)
        require_int("limit", limit, 1, MAX_BATCH)
        return self.store.run(lambda tx: self._sequence(tx, partition, limit))

    def _sequence(self, tx: Any, partition: int, limit: int) -> int:
        from sqlalchemy import func, select, update

        outbox, partitions = self.store.tables.outbox, self.store.tables.partitions
        this = partitions.c.partition == partition
        last = tx.execute(self.store.for_update(select(partitions.c.last_position).where(this))).scalar_one()
        waits = (outbox.c.partition == partition) & outbox.c.position.is_(None)
        oldest = select(outbox.c.id).where(waits).order_by(outbox.c.id).limit(limit).subquery()
        ranked = select(oldest.c.id, func.row_number().over(order_by=oldest.c.id).label("rank")).subquery()
        numbered = update(outbox).values(position=last + ranked.c.rank).where(outbox.c.id == ranked.c.id).returning(outbox.c.id)
        count = len(tx.execute(numbered).all())
        if count:
            tx.execute(update(partitions).where(this).values(last_position=last + count))
        return count

    def read(self, partition: int, after: int, limit: int = 1000) -> list[Event]:
        """Up to `limit` events of `partition` with position > `after`, in order, each with its partition and position.

        Rows that were trimmed are gone: compare with `first_position`.
        """
        self._require_partition(partition)
        require_int("after", after, 0)
        require_int("limit", limit, 1, MAX_BATCH)
        with self.store.reading() as conn:
            rows = conn.execute(self._read, {"p": partition, "after": after, "n": limit}).all()
        return [Event(kind, json.loads(payload), partition, position) for kind, payload, position in rows]

    def waiting(self) -> int:
        """Number of events that have no position yet, in all partitions."""
        with self.store.reading() as conn:
            return int(conn.execute(self._waiting).scalar_one())

    def waiting_partitions(self) -> list[int]:
        """The partitions that hold such events, ascending."""
        with self.store.reading() as conn:
            return list(conn.execute(self._waiting_partitions).scalars())

    def last_positions(self) -> list[int]:
        """The position last given in each partition, by partition; one query."""
        with self.store.reading() as conn:
            return list(conn.execute(self._all_places).scalars())

    def last_position(self, partition: int) -> int:
        """The position last given in `partition`; 0 before the first. Trimming does not lower it."""
        return self._places(partition)[0]

    def first_position(self, partition: int) -> int | None:
        """The oldest position that can still be read; None when there is none."""
        last, trimmed = self._places(partition)
        return trimmed + 1 if trimmed < last else None

    def trim(self, partition: int, up_to: int, older_than_ms: int) -> int:
        """Remove the events with position <= `up_to` and created before `older_than_ms` (ms since the epoch); how many.

        Removes from the front only, up to the first event that must stay: what remains has no hole. What waits is never removed.
        """
        self._require_partition(partition)
        require_int("up_to", up_to, 0)
        return self.store.run(lambda tx: self._trim(tx, partition, up_to, older_than_ms))

    def _trim(self, tx: Any, partition: int, up_to: int, older_than_ms: int) -> int:
        from sqlalchemy import delete, func, select, update

        outbox, partitions = self.store.tables.outbox, self.store.tables.partitions
        last, trimmed = tx.execute(self.store.for_update(self._place), {"p": partition}).one()
        here = outbox.c.partition == partition
        young = select(func.min(outbox.c.position)).where(here, outbox.c.created_ms >= older_than_ms)
        first_young = tx.execute(young).scalar()
        end = min(up_to, last, last if first_young is None else first_young - 1)
        if end <= trimmed:
            return 0
        tx.execute(delete(outbox).where(here, outbox.c.position <= end))
        tx.execute(update(partitions).where(partitions.c.partition == partition).values(trimmed_position=end))
        return int(end - trimmed)

    def _places(self, partition: int) -> tuple[int, int]:
        self._require_partition(partition)
        with self.store.reading() as conn:
            last, trimmed = conn.execute(self._place, {"p": partition}).one()
        return last, trimmed

    def _require_partition(self, partition: int) -> None:
        if not (isinstance(partition, int) and 0 <= partition < self.store.partitions):
            raise InvalidInput(f"partition must be 0 … {self.store.partitions - 1}, not {partition!r}")
