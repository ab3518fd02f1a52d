"""Counts what a piece of code asks the store of record, as the Meter counts Redis commands: exactly, not by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def store_queries() -> Iterator[list[str]]:
    """The SQL statements that this process sends to its stores inside the block, in order; the list stays readable afterwards."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)
