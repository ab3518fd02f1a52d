"""SQL engines behind one `open_engine`: DuckDB embedded by default, PostgreSQL by URL; and what their errors mean.

DuckDB: every pooled connection is a cursor of one root connection, so that all threads see one database (a plain ":memory:" URL
would give each thread its own empty one), and one lock lets one writer in at a time (concurrent updates of a row raise there).
"""

from __future__ import annotations

import itertools
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference.twitter.errors import InvalidInput, Unavailable, WriteCollision

MEMORY = ":memory:"
POOL_SIZE, POOL_OVERFLOW, POOL_TIMEOUT_S = 8, 24, 30
_memory_names = itertools.count(1)
_file_locks: weakref.WeakValueDictionary[str, _WriteLock] = weakref.WeakValueDictionary()
_file_locks_guard = threading.Lock()


class _WriteLock:
    """A lock that weak references can watch: all Stores of this process on one DuckDB file share one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


@dataclass
class OpenEngine:
    """A SQLAlchemy `engine`, its `name` (duckdb, postgresql), whether it is `durable`; DuckDB's `root` connection and `write_lock`."""

    engine: Any
    name: str
    durable: bool
    root: Any = None
    write_lock: _WriteLock | None = None

    def close(self) -> None:
        self.engine.dispose()
        if self.root is not None:
            self.root.close()


def open_engine(database: str | os.PathLike[str] | None = None) -> OpenEngine:
    """The engine for `database`: None → the environment's DATABASE_URL, else DuckDB in memory; a path → a DuckDB file;
    postgresql://… → PostgreSQL. InvalidInput for another scheme; Unavailable when it cannot be opened."""
    place = str(database or os.environ.get("DATABASE_URL") or MEMORY)
    scheme, separator, rest = place.partition("://")
    if not separator:
        return _open_duckdb(place)
    if scheme == "duckdb":
        return _open_duckdb(rest.removeprefix("/") or MEMORY)
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return _open_postgres(f"postgresql+psycopg://{rest}")
    raise InvalidInput(f"database must be a path, duckdb:///path or postgresql://…, not a URL of scheme {scheme!r}")


def _open_postgres(url: str) -> OpenEngine:
    import sqlalchemy

    engine = sqlalchemy.create_engine(url, pool_size=POOL_SIZE, max_overflow=POOL_OVERFLOW, pool_timeout=POOL_TIMEOUT_S)
    with meaningful_errors():
        engine.connect().close()
    return OpenEngine(engine, "postgresql", durable=True)


def _open_duckdb(path: str) -> OpenEngine:
    import duckdb_engine
    import sqlalchemy

    root, lock = _connect_duckdb(path)
    # Off by default; it spares compiling each statement at each execution. What we send is plain SQL that the cache handles.
    duckdb_engine.Dialect.supports_statement_cache = True
    engine = sqlalchemy.create_engine(
        "duckdb:///:memory:",
        creator=lambda: duckdb_engine.ConnectionWrapper(root.cursor()),
        poolclass=sqlalchemy.pool.QueuePool,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_TIMEOUT_S,
        pool_reset_on_return=None,  # SQLAlchemy has ended the transaction by then; a second ROLLBACK costs 0.2 ms and raises
    )
    return OpenEngine(engine, "duckdb", durable=path != MEMORY, root=root, write_lock=lock)


def _connect_duckdb(path: str) -> tuple[Any, _WriteLock]:
    import duckdb

    in_memory = path == MEMORY
    where = f"{MEMORY}store{next(_memory_names)}" if in_memory else str(Path(path).expanduser().resolve())
    try:
        root = duckdb.connect(where)
    except duckdb.Error as error:
        raise Unavailable(_cannot_open(where, str(error))) from error
    root.execute("SET threads = 1")  # point reads and writes of a row: a second thread makes them slower
    with _file_locks_guard:
        return root, _WriteLock() if in_memory else _file_locks.setdefault(where, _WriteLock())


def _cannot_open(path: str, reason: str) -> str:
    if "lock" not in reason.lower():
        return f"cannot open the DuckDB file {path}: {reason}"
    advice = "one process at a time may open it; for several use PostgreSQL (DATABASE_URL=postgresql://…)"
    return f"another process holds the DuckDB file {path}: {advice}. {reason}"


@contextmanager
def meaningful_errors() -> Iterator[None]:
    """Driver errors that a caller can act on become ours: WriteCollision (run it again) and Unavailable (nobody answers)."""
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    try:
        yield
    except PoolTimeout as error:
        raise Unavailable(f"no database connection became free within {POOL_TIMEOUT_S} s") from error
    except DBAPIError as error:
        if _collided(error):
            raise WriteCollision(f"two transactions collided: {error.orig}") from error
        if _disconnected(error):
            raise Unavailable(f"the database does not answer: {error.orig}") from error
        raise


def _collided(error: Any) -> bool:
    """Serialization failure or deadlock (PostgreSQL), write-write conflict (DuckDB)."""
    duckdb_conflict = type(error.orig).__name__ == "TransactionException" and "conflict" in str(error.orig).lower()
    return duckdb_conflict or getattr(error.orig, "sqlstate", None) in ("40001", "40P01")


def _disconnected(error: Any) -> bool:
    from sqlalchemy.exc import OperationalError

    state = getattr(error.orig, "sqlstate", None)
    lost = state is None or state[:2] in ("08", "57")
    return error.connection_invalidated or (isinstance(error, OperationalError) and lost)
