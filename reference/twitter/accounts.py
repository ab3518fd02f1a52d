"""Accounts: who exists. Usernames are unique whatever their case; counts are kept by the graph."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from reference.twitter.clock import NS_PER_MS, Clock, datetime_from_ms
from reference.twitter.errors import Conflict, InvalidInput, NotFound
from reference.twitter.model import User
from reference.twitter.schema import require_id, storable
from reference.twitter.store import Store

MAX_USERNAME_CHARS = 15
MAX_DISPLAY_NAME_CHARS = 50


class Accounts:
    """Registers and finds users. `ids`: anything with next_id() -> int (a SnowflakeGenerator). Thread-safe."""

    def __init__(self, store: Store, ids: Any, clock: Clock) -> None:
        self.store, self.ids, self.clock = store, ids, clock
        self._statements()

    def _statements(self) -> None:
        from sqlalchemy import bindparam, select, update
        from sqlalchemy.dialects.postgresql import insert

        users = self.store.tables.users
        self._insert = insert(users).on_conflict_do_nothing(index_elements=[users.c.username_key]).returning(users.c.id)
        self._by_ids = select(users).where(self.store.any_of(users.c.id, "ids"))
        self._by_id = select(users).where(users.c.id == bindparam("id"))
        self._by_key = select(users).where(users.c.username_key == bindparam("key"))
        self._verify = update(users).where(users.c.id == bindparam("key")).values(verified=bindparam("flag")).returning(users.c.id)

    def register(self, username: str, display_name: str | None = None, verified: bool = False) -> User:
        """Create an account.

        `username`: 1–15 of A–Z a–z 0–9 _ (Twitter's own rule), unique without regard to case. `display_name`: 1–50 characters of any
        script, stored as NFC; None: the username. Raises InvalidInput, Conflict (the name is taken). One transaction.
        """
        key = username_key(username)
        shown = normalize_display_name(username if display_name is None else display_name)
        now_ms = self.clock.now_ns() // NS_PER_MS
        row = {"id": self.ids.next_id(), "username": username, "username_key": key, "display_name": shown,
               "verified": bool(verified), "created_ms": now_ms}  # fmt: skip
        if self.store.run(lambda tx: tx.execute(self._insert, row).scalar()) is None:
            raise Conflict(f"username {username!r} is taken")
        return User(row["id"], username, shown, bool(verified), datetime_from_ms(now_ms))

    def get(self, user_id: int) -> User:
        """The user; NotFound if there is none. O(log users)."""
        with self.store.reading() as conn:
            row = conn.execute(self._by_id, {"id": require_id("user_id", user_id)}).first()
        if row is None:
            raise NotFound(f"no user {user_id}")
        return _user(row)

    def get_many(self, user_ids: Iterable[int]) -> dict[int, User]:
        """The users of `user_ids` that exist, by id; one query."""
        wanted = storable(user_ids)
        if not wanted:
            return {}
        with self.store.reading() as conn:
            return {row.id: _user(row) for row in conn.execute(self._by_ids, {"ids": wanted})}

    def by_username(self, username: str) -> User:
        """The user of that name, in any case; NotFound if nobody has it."""
        with self.store.reading() as conn:
            row = conn.execute(self._by_key, {"key": username_key(username)}).first()
        if row is None:
            raise NotFound(f"no user named {username!r}")
        return _user(row)

    def set_verified(self, user_id: int, flag: bool = True) -> User:
        """Set or take away the badge; the user as he is now. NotFound."""
        change = {"key": require_id("user_id", user_id), "flag": bool(flag)}
        if self.store.run(lambda tx: tx.execute(self._verify, change).scalar()) is None:
            raise NotFound(f"no user {user_id}")
        return self.get(user_id)

    def count(self) -> int:
        """Number of accounts."""
        from sqlalchemy import func, select

        with self.store.reading() as conn:
            return int(conn.execute(select(func.count()).select_from(self.store.tables.users)).scalar_one())


def username_key(username: str) -> str:
    """`username` as it is compared: casefolded. InvalidInput unless 1–15 of A–Z a–z 0–9 _."""
    if not isinstance(username, str) or not re.fullmatch(r"[A-Za-z0-9_]{1,15}", username):
        raise InvalidInput(f"username must be 1 … {MAX_USERNAME_CHARS} of the characters A-Z a-z 0-9 _, not {username!r}")
    return username.casefold()


def normalize_display_name(name: str) -> str:
    """`name` as stored: NFC, trimmed, 1–50 code points, no control characters; else InvalidInput."""
    if not isinstance(name, str):
        raise InvalidInput(f"display name must be a str, not {type(name).__name__}")
    stored = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(stored) <= MAX_DISPLAY_NAME_CHARS:
        raise InvalidInput(f"display name has {len(stored)} characters: it may have 1 … {MAX_DISPLAY_NAME_CHARS}")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in stored):
        raise InvalidInput(f"display name holds a control character or a lone surrogate: {stored!r}")
    return stored


def _user(row: Any) -> User:
    created_at = datetime_from_ms(row.created_ms)
    return User(row.id, row.username, row.display_name, row.verified, created_at, row.follower_count, row.followee_count)
