"""The store of record: users, follows, tweets and the outbox, on DuckDB (embedded) or PostgreSQL (by URL), behind one contract.

What is acknowledged here is durable (given a file or a server); everything in Redis can be rebuilt from it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from reference.twitter.engines import OpenEngine, meaningful_errors, open_engine
from reference.twitter.errors import Conflict, InvalidInput, Unavailable, WriteCollision, require_int
from reference.twitter.schema import Tables, build_tables, schema_name

T = TypeVar("T")
DEFAULT_PARTITIONS = 8
MAX_PARTITIONS = 1024
WRITE_LOCK_TIMEOUT_S = 60.0
COLLISION_ATTEMPTS = 10


class Store:
    """One namespace of one database. Thread-safe. `tables`: its sqlalchemy Tables; `partitions`: of its event log, fixed at creation.

    `with store.transaction() as tx` writes: commits at the end, rolls back on any exception; on DuckDB one writer at a time, by a
    lock. `with store.reading() as conn` sees what is committed and waits for no writer. Both yield a sqlalchemy Connection.
    """

    def __init__(self, opened: OpenEngine, namespace: str) -> None:
        self.namespace = namespace
        self.tables: Tables = build_tables(schema_name(namespace))
        self.partitions = 0
        self._opened = opened
        self._closed = False
        self._local = threading.local()

    @classmethod
    def open(cls, database: str | os.PathLike[str] | None = None, namespace: str = "twitter", partitions: int | None = None) -> Store:
        """Open `namespace` in `database`, making its tables if they are missing.

        `database`: None → DATABASE_URL, else a DuckDB in memory of this Store's own; a path → a DuckDB file (one process at a time);
        postgresql://… `partitions` 1 … 1024 (None: as it was created; 8 for a new one): Conflict when it was created with another number.
        Raises InvalidInput (namespace, URL), Unavailable (no answer; the file is held by another process).
        """
        schema_name(namespace)
        if partitions is not None:
            require_int("partitions", partitions, 1, MAX_PARTITIONS)
        store = cls(open_engine(database), namespace)
        try:
            store.run(lambda tx: store._prepare(tx, partitions))
        except BaseException:
            store.close()
            raise
        return store

    @property
    def engine_name(self) -> str:
        """Either "duckdb" or "postgresql"."""
        return self._opened.name

    @property
    def durable(self) -> bool:
        """True when what is committed survives this process (a file or a server)."""
        return self._opened.durable

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A write transaction. They do not nest (InvalidInput): one would wait for the other. WriteCollision: run it again."""
        self._require_open()
        if getattr(self._local, "writing", False):
            raise InvalidInput("transaction() inside transaction() of the same thread: pass the open one on")
        self._local.writing = True
        try:
            with self._writer(), meaningful_errors(), self._opened.engine.begin() as tx:
                yield tx
        finally:
            self._local.writing = False

    def run(self, work: Callable[[Any], T]) -> T:
        """`work(tx)` in a transaction of its own, run again (at most 10 times) when it collided with another one."""
        from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

        def once() -> T:
            with self.transaction() as tx:
                return work(tx)

        waits, stop = wait_exponential(multiplier=0.005, max=0.5), stop_after_attempt(COLLISION_ATTEMPTS)
        return Retrying(retry=retry_if_exception_type(WriteCollision), stop=stop, wait=waits, reraise=True)(once)

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """A connection for SELECTs; never waits for a writer."""
        self._require_open()
        with meaningful_errors(), self._opened.engine.connect() as conn:
            # One statement needs no BEGIN and ROLLBACK: on PostgreSQL they are two more round trips.
            yield conn.execution_options(isolation_level="AUTOCOMMIT") if self.engine_name == "postgresql" else conn

    def bulk_load(self, table: str, frame: Any) -> int:
        """Append `frame` to "users", "follows" or "tweets" in one transaction, by DuckDB's scan or PostgreSQL's COPY; the rows loaded.

        `frame`: pandas or polars DataFrame, pyarrow Table, or the path of a Parquet file; columns named as in schema.py, those with
        a default may be missing (username_key, display_name too). After "users" and "follows" all users' counts are recomputed.
        No events are made.
        Raises InvalidInput for columns unknown or missing, Conflict for a key that is there already; whether users exist is not
        looked up. O(rows).
        """
        from reference.twitter import bulk

        target = self.tables.named(table)
        arrow = bulk.as_arrow(target, frame)

        def load(tx: Any) -> int:
            bulk.append(tx, target, arrow)
            if table in ("users", "follows"):
                bulk.recount(tx, self.tables)
            return int(arrow.num_rows)

        with bulk.conflicts_named(table):
            return self.run(load)

    def any_of(self, column: Any, name: str) -> Any:
        """The condition `column` is among the list of ints bound to `name`: one bound value, so that the statement stays the same."""
        from sqlalchemy import ARRAY, BigInteger, any_, bindparam, func, select

        values = bindparam(name, type_=ARRAY(BigInteger))
        return column == any_(values) if self.engine_name == "postgresql" else column.in_(select(func.unnest(values)))

    def for_update(self, statement: Any) -> Any:
        """`statement` locking the rows it selects, where several may write (PostgreSQL)."""
        return statement.with_for_update() if self.engine_name == "postgresql" else statement

    def setting(self, key: str) -> str | None:
        """What was recorded under `key` for this namespace, or None."""
        from sqlalchemy import select

        meta = self.tables.meta
        with self.reading() as conn:
            return conn.execute(select(meta.c.value).where(meta.c.key == key)).scalar()

    def set_setting(self, key: str, value: str) -> None:
        """Record `value` under `key`, in place of what stood there."""
        from sqlalchemy import delete, insert

        meta = self.tables.meta
        self.run(lambda tx: tx.execute(delete(meta).where(meta.c.key == key)))
        self.run(lambda tx: tx.execute(insert(meta).values(key=key, value=value)))

    def destroy(self) -> None:
        """Drop what this namespace made, nothing else, and close. A DuckDB file stays where it is."""
        self.run(self.tables.drop)
        self.close()

    def close(self) -> None:
        """Close all connections; a DuckDB in memory is gone. Idempotent."""
        if not self._closed:
            self._closed = True
            self._opened.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _require_open(self) -> None:
        if self._closed:
            raise Unavailable(f"store {self.namespace!r} is closed")

    @contextmanager
    def _writer(self) -> Iterator[None]:
        if self._opened.write_lock is None:
            yield
            return
        lock = self._opened.write_lock.lock
        if not lock.acquire(timeout=WRITE_LOCK_TIMEOUT_S):
            raise Unavailable(f"another thread has kept a write transaction open for {WRITE_LOCK_TIMEOUT_S:.0f} s")
        try:
            yield
        finally:
            lock.release()

    def _prepare(self, tx: Any, partitions: int | None) -> None:
        """Make the tables and settle the number of partitions."""
        from sqlalchemy import func, insert, select

        if self.engine_name == "postgresql":  # CREATE … IF NOT EXISTS races with itself there
            tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(self.tables.schema))))
        self.tables.create(tx)
        meta = self.tables.meta
        stored = tx.execute(select(meta.c.value).where(meta.c.key == "partitions")).scalar()
        if stored is None:
            self.partitions = partitions or DEFAULT_PARTITIONS
            tx.execute(insert(meta).values(key="partitions", value=str(self.partitions)))
            tx.execute(insert(self.tables.partitions), [{"partition": p} for p in range(self.partitions)])
            return
        self.partitions = int(stored)
        if partitions not in (None, self.partitions):
            raise Conflict(f"store {self.namespace!r} was created with {stored} partitions, which is fixed: {partitions} cannot open it")
