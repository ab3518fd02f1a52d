"""The tables of the store of record, in SQLAlchemy Core that DuckDB and PostgreSQL both take.

Keys are BIGINT given by the caller (autoincrement would ask DuckDB for SERIAL, which it lacks); times are BIGINT ms since the epoch.
No foreign keys: DuckDB checks them too eagerly within a transaction, and a bulk load would pay for each row; the components look instead.
Secondary indexes exist on PostgreSQL only: DuckDB's vectorised scan of such a column beats its own composite index, which it would
not use for ranges, and an indexed column turns each UPDATE of it into delete + insert, which trips over the unique check.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reference.twitter.errors import InvalidInput, require_int

MAX_SCHEMA_BYTES = 63  # PostgreSQL cuts longer names silently
MAX_ID = (1 << 63) - 1  # BIGINT
PREFIX = "tw_"  # so that no namespace can mean a schema that is not ours ("public")


def schema_name(namespace: str) -> str:
    """The database schema of `namespace` (letters, digits, "_" and "-"); InvalidInput for another character or too long a name.

    DuckDB takes "A" and "a" for one name, so a capital is written "$a": two namespaces never share a schema on any engine.
    """
    if not isinstance(namespace, str) or not re.fullmatch(r"[A-Za-z0-9_-]+", namespace):
        raise InvalidInput(f"namespace must consist of letters, digits, '_' and '-', not {namespace!r}")
    name = PREFIX + re.sub("[A-Z]", lambda capital: "$" + capital[0].lower(), namespace)
    if len(name) > MAX_SCHEMA_BYTES:
        longest = MAX_SCHEMA_BYTES - len(PREFIX)
        raise InvalidInput(f"namespace may have 1 … {longest} characters (a capital counts twice), not {namespace!r}")
    return name


def require_id(name: str, value: object) -> int:
    """`value` as an int that a key may be, 0 … 2^63 − 1; InvalidInput names it."""
    return require_int(name, value, 0, MAX_ID)


def storable(ids: Iterable[Any]) -> list[int]:
    """`ids` as ints (numpy's too), once each, without those that no key can be: they are in no table."""
    return [number for number in dict.fromkeys(map(int, ids)) if 0 <= number <= MAX_ID]


@dataclass(frozen=True)
class Tables:
    """One namespace's tables (sqlalchemy.Table) and the statements that make and drop them."""

    schema: str
    metadata: Any
    users: Any
    follows: Any
    tweets: Any
    outbox: Any
    partitions: Any
    meta: Any
    outbox_ids: Any

    def named(self, name: str) -> Any:
        """The table called `name`; InvalidInput lists those that may be loaded."""
        loadable = ("users", "follows", "tweets")
        if name not in loadable:
            raise InvalidInput(f"table must be one of {', '.join(loadable)}, not {name!r}")
        return getattr(self, name)

    def create(self, conn: Any) -> None:
        """Make what is missing. Idempotent; the caller holds a lock against a second creator."""
        from sqlalchemy.schema import CreateIndex, CreateSchema, CreateSequence, CreateTable

        conn.execute(CreateSchema(self.schema, if_not_exists=True))
        conn.execute(CreateSequence(self.outbox_ids, if_not_exists=True))
        for table in self.metadata.sorted_tables:
            conn.execute(CreateTable(table, if_not_exists=True))
            if conn.dialect.name == "postgresql":
                for index in sorted(table.indexes, key=lambda index: str(index.name)):
                    conn.execute(CreateIndex(index, if_not_exists=True))

    def drop(self, conn: Any) -> None:
        """Drop this namespace's schema with all that is in it."""
        from sqlalchemy.schema import DropSchema

        conn.execute(DropSchema(self.schema, cascade=True, if_exists=True))


def build_tables(schema: str) -> Tables:
    """The tables of `schema`, as described in this module; no database is touched."""
    from sqlalchemy import MetaData, Sequence
    from sqlalchemy.sql import quoted_name

    name = quoted_name(schema, quote=True)
    metadata = MetaData(schema=name)
    # Not bound to the metadata: it is created first, by hand. A database sequence grows across processes whatever their clocks say.
    outbox_ids = Sequence("outbox_ids", schema=name)
    return Tables(
        schema=schema,
        metadata=metadata,
        users=_users(metadata),
        follows=_follows(metadata),
        tweets=_tweets(metadata),
        outbox=_outbox(metadata, outbox_ids),
        partitions=_partitions(metadata),
        meta=_meta(metadata),
        outbox_ids=outbox_ids,
    )


def _key(name: str) -> Any:
    from sqlalchemy import BigInteger, Column

    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _number(name: str, default: int | None = None, nullable: bool = False) -> Any:
    from sqlalchemy import BigInteger, Column, text

    return Column(name, BigInteger, nullable=nullable, server_default=None if default is None else text(str(default)))


def _flag(name: str, default: bool) -> Any:
    from sqlalchemy import Boolean, Column, text

    return Column(name, Boolean, nullable=False, server_default=text(str(default).lower()))


def _text(name: str, **options: Any) -> Any:
    from sqlalchemy import Column, Text

    return Column(name, Text, nullable=False, **options)


def _users(metadata: Any) -> Any:
    from sqlalchemy import Table

    counts = (_number("follower_count", 0), _number("followee_count", 0))
    username_key = _text("username_key", unique=True)  # the username casefolded: @Ada and @ada are one name
    return Table("users", metadata, _key("id"), _text("username"), username_key, _text("display_name"), _flag("verified", False),
                 _number("created_ms"), *counts)  # fmt: skip


def _follows(metadata: Any) -> Any:
    from sqlalchemy import Index, Table

    columns = (_flag("active", True), _number("version", 1), _number("changed_ms", 0))
    table = Table("follows", metadata, _key("follower_id"), _key("followee_id"), *columns)
    Index("follows_by_followee", table.c.followee_id, table.c.follower_id, postgresql_where=table.c.active)
    return table


def _tweets(metadata: Any) -> Any:
    from sqlalchemy import Index, Table

    table = Table("tweets", metadata, _key("id"), _number("author_id"), _text("text"), _number("created_ms"), _flag("deleted", False))
    Index("tweets_by_author", table.c.author_id, table.c.id)
    return table


def _outbox(metadata: Any, ids: Any) -> Any:
    from sqlalchemy import BigInteger, Column, Index, Table

    key = Column("id", BigInteger, server_default=ids.next_value(), primary_key=True, autoincrement=False)
    columns = (_number("partition"), _number("position", nullable=True), _text("kind"), _text("payload"), _number("created_ms"))
    table = Table("outbox", metadata, key, *columns)
    Index("outbox_waiting", table.c.partition, table.c.id, postgresql_where=table.c.position.is_(None))
    Index("outbox_placed", table.c.partition, table.c.position, unique=True)
    return table


def _partitions(metadata: Any) -> Any:
    from sqlalchemy import Table

    return Table("partitions", metadata, _key("partition"), _number("last_position", 0), _number("trimmed_position", 0))


def _meta(metadata: Any) -> Any:
    from sqlalchemy import Column, Table, Text

    return Table("meta", metadata, Column("key", Text, primary_key=True), _text("value"))
