"""Bulk loading into the store: frames become Arrow tables; DuckDB scans them in place, PostgreSQL takes them by COPY."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from reference.twitter.errors import Conflict, InvalidInput

COPY_ROWS = 10_000  # turned into Python objects at a time


def as_arrow(table: Any, frame: Any) -> Any:
    """`frame` (pandas, polars, pyarrow Table, Parquet path) as a pyarrow Table with exactly columns of `table`, in their types.

    For users, a missing `username_key` and `display_name` come from `username`. InvalidInput names what is wrong.
    """
    import pyarrow as pa

    arrow = _to_arrow(frame)
    _refuse_unknown(table, arrow.column_names)
    fields = [pa.field(name, _arrow_type(table.c[name])) for name in arrow.column_names]
    try:
        arrow = arrow.cast(pa.schema(fields))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InvalidInput(f"a column of {table.name} has the wrong type: {error}") from error
    if table.name == "users":
        arrow = _with_user_defaults(arrow)
    _require_all(table, arrow.column_names)
    return arrow


def _to_arrow(frame: Any) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    if isinstance(frame, (str, os.PathLike)):
        return parquet.read_table(frame)
    if isinstance(frame, pa.Table):
        return frame
    if hasattr(frame, "to_arrow"):  # polars, and whoever speaks its dialect
        return frame.to_arrow()
    if hasattr(frame, "iloc"):  # pandas
        return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    raise InvalidInput(f"frame must be a pandas or polars DataFrame, a pyarrow Table or a Parquet path, not {type(frame).__name__}")


def _with_user_defaults(arrow: Any) -> Any:
    import pyarrow.compute as pc

    if "username" not in arrow.column_names:
        return arrow
    if "display_name" not in arrow.column_names:
        arrow = arrow.append_column("display_name", arrow["username"])
    if "username_key" not in arrow.column_names:
        arrow = arrow.append_column("username_key", pc.utf8_lower(arrow["username"]))
    return arrow


def _refuse_unknown(table: Any, names: list[str]) -> None:
    allowed = [column.name for column in table.c]
    unknown = sorted(set(names) - set(allowed))
    if unknown:
        raise InvalidInput(f"{table.name} has no column {', '.join(unknown)}: it has {', '.join(allowed)}")


def _require_all(table: Any, names: list[str]) -> None:
    missing = [column.name for column in table.c if column.server_default is None and not column.nullable and column.name not in names]
    if missing:
        raise InvalidInput(f"{table.name} needs the column {', '.join(missing)}")


def _arrow_type(column: Any) -> Any:
    import pyarrow as pa
    from sqlalchemy import Boolean, Text

    kinds = {Boolean: pa.bool_(), Text: pa.large_string()}
    return next((arrow for kind, arrow in kinds.items() if isinstance(column.type, kind)), pa.int64())


def append(tx: Any, table: Any, arrow: Any) -> None:
    """Insert all rows of `arrow` into `table` within transaction `tx`."""
    columns = ", ".join(f'"{name}"' for name in arrow.column_names)
    target = tx.dialect.identifier_preparer.format_table(table)
    driver = tx.connection.driver_connection
    if tx.dialect.name == "postgresql":
        with driver.cursor() as cursor, cursor.copy(f"COPY {target} ({columns}) FROM STDIN") as copy:
            for batch in arrow.to_batches(max_chunksize=COPY_ROWS):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    copy.write_row(row)
        tx.exec_driver_sql(f"ANALYZE {target}")  # else the planner believes the table empty until autovacuum comes by
        return
    driver.execute(f"INSERT INTO {target} ({columns}) SELECT {columns} FROM arrow")  # DuckDB finds the local variable `arrow`


def recount(tx: Any, tables: Any) -> None:
    """Set every user's follower and followee counts to what `follows` says. O(users + follows)."""
    from sqlalchemy import func, select, update

    users, follows = tables.users, tables.follows
    for count, key in ((users.c.follower_count, follows.c.followee_id), (users.c.followee_count, follows.c.follower_id)):
        tx.execute(update(users).values({count.name: 0}).where(count != 0))
        totals = select(key.label("user_id"), func.count().label("total")).where(follows.c.active).group_by(key).subquery()
        tx.execute(update(users).values({count.name: totals.c.total}).where(users.c.id == totals.c.user_id))


@contextmanager
def conflicts_named(table: str) -> Iterator[None]:
    """A key that is there already becomes Conflict; a null or otherwise illegal value InvalidInput."""
    from sqlalchemy.exc import DBAPIError, IntegrityError

    try:
        yield
    except Exception as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        text = str(cause).lower()
        violated = type(cause).__name__ in ("ConstraintException", "UniqueViolation", "NotNullViolation")  # raw from DuckDB and from COPY
        if not (violated or isinstance(error, IntegrityError)):
            raise
        kind = InvalidInput if "not null" in text or "not-null" in text else Conflict
        raise kind(f"{table} not loaded, nothing was changed: {cause}") from error
