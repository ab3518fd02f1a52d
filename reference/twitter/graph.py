"""The follow graph: versioned edges, counts kept in the same transaction, pages and batches by key, never a celebrity's list at once.

An edge's version grows by one with every real change and never falls, also while the edge is inactive: whoever receives
"followed" and "unfollowed" late or twice keeps the larger version, so that a stale event cannot win.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from reference.twitter.clock import NS_PER_MS, Clock
from reference.twitter.errors import InvalidInput, NotFound, require_int
from reference.twitter.model import Event, FollowEdge, Page
from reference.twitter.schema import MAX_ID, require_id, storable
from reference.twitter.store import Store

MAX_PAGE = 1000
MAX_BATCH = 100_000


class EventSink(Protocol):
    """Where changes are announced, in the transaction that makes them (the outbox)."""

    def append(self, tx: Any, partition_key: int, event: Event) -> Any: ...


class Graph:
    """Follows of one store. `outbox`: gets "followed" and "unfollowed" events, keyed by the followee. Thread-safe."""

    def __init__(self, store: Store, outbox: EventSink, clock: Clock) -> None:
        self.store, self.outbox, self.clock = store, outbox, clock
        self._write_statements()
        self._read_statements()

    def _write_statements(self) -> None:
        from sqlalchemy import BigInteger, bindparam, case, insert, select, update

        users, follows = self.store.tables.users, self.store.tables.follows
        a, b, step = (bindparam(name, type_=BigInteger) for name in ("a", "b", "step"))
        self._edge = select(follows.c.active, follows.c.version).where(follows.c.follower_id == a, follows.c.followee_id == b)
        # Both rows in ascending order, whoever follows whom: two transactions never wait for each other in a circle.
        self._lock = self.store.for_update(select(users.c.id).where(users.c.id.in_([a, b])).order_by(users.c.id))
        self._insert = insert(follows)
        same = (follows.c.follower_id == a) & (follows.c.followee_id == b)
        self._update = update(follows).where(same).values(active=bindparam("on"), version=bindparam("v"), changed_ms=bindparam("ms"))
        followers = users.c.follower_count + case((users.c.id == b, step), else_=0)
        followees = users.c.followee_count + case((users.c.id == a, step), else_=0)
        self._count = update(users).where(users.c.id.in_([a, b])).values(follower_count=followers, followee_count=followees)

    def _read_statements(self) -> None:
        from sqlalchemy import BigInteger, bindparam, select

        users, follows = self.store.tables.users, self.store.tables.follows
        back = follows.alias("back")
        user, after, limit = (bindparam(name, type_=BigInteger) for name in ("user", "after", "n"))

        def page(key: Any, *conditions: Any) -> Any:
            return select(key).where(follows.c.active, key > after, *conditions).order_by(key).limit(limit)

        self._followers = page(follows.c.follower_id, follows.c.followee_id == user)
        self._followees = page(follows.c.followee_id, follows.c.follower_id == user)
        returned = (back.c.follower_id == follows.c.followee_id) & (back.c.followee_id == user) & back.c.active
        self._mutual = page(follows.c.followee_id, follows.c.follower_id == user).join(back, returned)
        followed = select(follows.c.followee_id).where(follows.c.follower_id == user, follows.c.active)
        self._all_followees = followed.order_by(follows.c.followee_id)
        self._counts = select(users.c.follower_count, users.c.followee_count).where(users.c.id == user)
        self._many_counts = select(users.c.id, users.c.follower_count).where(self.store.any_of(users.c.id, "ids"))

    def follow(self, follower_id: int, followee_id: int) -> FollowEdge:
        """Make the edge active; the edge as it stands. Doing it again changes nothing and announces nothing.

        Raises InvalidInput (oneself), NotFound (unknown user). One transaction: edge, both counts, event.
        """
        return self._set(follower_id, followee_id, True)

    def unfollow(self, follower_id: int, followee_id: int) -> FollowEdge:
        """Make the edge inactive; as `follow`. An edge that never was stays at version 0."""
        return self._set(follower_id, followee_id, False)

    def _set(self, follower_id: int, followee_id: int, active: bool) -> FollowEdge:
        follower, followee = require_id("follower_id", follower_id), require_id("followee_id", followee_id)
        if follower == followee:
            raise InvalidInput(f"user {follower} cannot follow or unfollow themselves")
        return self.store.run(lambda tx: self._change(tx, follower, followee, active))

    def _change(self, tx: Any, follower_id: int, followee_id: int, active: bool) -> FollowEdge:
        pair = {"a": follower_id, "b": followee_id}
        known = set(tx.execute(self._lock, pair).scalars())
        for user_id in (follower_id, followee_id):
            if user_id not in known:
                raise NotFound(f"no user {user_id}")
        row = tx.execute(self._edge, pair).first()
        was, version = (row.active, row.version) if row else (False, 0)
        if was == active:
            return FollowEdge(follower_id, followee_id, active, version)
        edge = FollowEdge(follower_id, followee_id, active, version + 1)
        self._write(tx, edge, is_new=row is None)
        return edge

    def _write(self, tx: Any, edge: FollowEdge, is_new: bool) -> None:
        pair, at_ms = {"a": edge.follower_id, "b": edge.followee_id}, self.clock.now_ns() // NS_PER_MS
        key = {"follower_id": edge.follower_id, "followee_id": edge.followee_id}
        if is_new:
            tx.execute(self._insert, key | {"active": edge.active, "version": edge.version, "changed_ms": at_ms})
        else:
            tx.execute(self._update, pair | {"on": edge.active, "v": edge.version, "ms": at_ms})
        tx.execute(self._count, pair | {"step": 1 if edge.active else -1})
        payload: dict[str, int | str | bool] = {**key, "version": edge.version, "at_ms": at_ms}
        self.outbox.append(tx, edge.followee_id, Event("followed" if edge.active else "unfollowed", payload))

    def edge(self, follower_id: int, followee_id: int) -> FollowEdge | None:
        """The edge with its version, also after an unfollow; None if there never was one."""
        pair = {"a": require_id("follower_id", follower_id), "b": require_id("followee_id", followee_id)}
        with self.store.reading() as conn:
            row = conn.execute(self._edge, pair).first()
        return None if row is None else FollowEdge(pair["a"], pair["b"], row.active, row.version)

    def is_following(self, follower_id: int, followee_id: int) -> bool:
        """Whether `follower_id` follows `followee_id` now."""
        edge = self.edge(follower_id, followee_id)
        return edge is not None and edge.active

    def followers(self, user_id: int, limit: int = 100, cursor: str | None = None) -> Page[int]:
        """A page of follower ids, ascending. `limit` 1 … 1000; `cursor`: next_cursor of the page before.

        A follower who comes or goes meanwhile moves nobody else off a page. O(limit) by index on PostgreSQL.
        """
        return self._page(self._followers, user_id, limit, cursor)

    def followees(self, user_id: int, limit: int = 100, cursor: str | None = None) -> Page[int]:
        """A page of the ids that `user_id` follows; as `followers`."""
        return self._page(self._followees, user_id, limit, cursor)

    def mutual(self, user_id: int, limit: int = 100, cursor: str | None = None) -> Page[int]:
        """A page of those who follow `user_id` and are followed back; as `followers`."""
        return self._page(self._mutual, user_id, limit, cursor)

    def _page(self, statement: Any, user_id: int, limit: int, cursor: str | None) -> Page[int]:
        require_int("limit", limit, 1, MAX_PAGE)
        ids = self._ids(statement, user_id, parse_cursor(cursor), limit + 1)  # one more tells whether there is a next page
        return Page(ids[:limit], str(ids[limit - 1]) if len(ids) > limit else None)

    def _ids(self, statement: Any, user_id: int, after: int, limit: int) -> list[int]:
        with self.store.reading() as conn:
            return list(conn.execute(statement, {"user": require_id("user_id", user_id), "after": after, "n": limit}).scalars())

    def follower_batches(self, user_id: int, size: int = 1000) -> Iterator[list[int]]:
        """All followers in batches of at most `size` (1 … 100,000), ascending; memory O(size), however famous the user."""
        require_int("size", size, 1, MAX_BATCH)
        return self._batches(user_id, size)

    def _batches(self, user_id: int, size: int) -> Iterator[list[int]]:
        after = -1
        while batch := self._ids(self._followers, user_id, after, size):
            yield batch
            if len(batch) < size:
                return
            after = batch[-1]

    def followee_ids(self, user_id: int) -> list[int]:
        """All whom `user_id` follows, ascending. Nobody follows millions, so this one comes at once."""
        with self.store.reading() as conn:
            return list(conn.execute(self._all_followees, {"user": require_id("user_id", user_id)}).scalars())

    def counts(self, user_id: int) -> tuple[int, int]:
        """(followers, followees) of `user_id`; NotFound. O(log users): they are kept, not counted."""
        with self.store.reading() as conn:
            row = conn.execute(self._counts, {"user": require_id("user_id", user_id)}).first()
        if row is None:
            raise NotFound(f"no user {user_id}")
        return row.follower_count, row.followee_count

    def follower_counts(self, user_ids: Iterable[int]) -> dict[int, int]:
        """Follower count by id for those of `user_ids` that exist; one query."""
        wanted = storable(user_ids)
        if not wanted:
            return {}
        with self.store.reading() as conn:
            return {row[0]: row[1] for row in conn.execute(self._many_counts, {"ids": wanted})}


def parse_cursor(cursor: str | None) -> int:
    """The id after which a page begins; −1 for None. InvalidInput for anything that no page gave out."""
    if cursor is None:
        return -1
    if not (isinstance(cursor, str) and cursor.isascii() and cursor.isdigit() and len(cursor) < 20 and int(cursor) <= MAX_ID):
        raise InvalidInput(f"cursor must be the next_cursor of an earlier page, not {cursor!r}")
    return int(cursor)
