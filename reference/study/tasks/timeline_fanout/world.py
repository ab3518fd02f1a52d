"""A small world of followers, tweets and stored timelines that counts what a hybrid does in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from reference.contracts import Broken
from reference.study.answers import plain

PAGE = 5


class Store:
    """What an answer may ask: the graph and the authors' own tweets."""

    def __init__(self) -> None:
        self.fans: dict[str, list[str]] = {}
        self.posts: dict[str, list[int]] = {}
        self.lookups: Counter[str] = Counter()

    def follower_count(self, author: str) -> int:
        return len(self.fans.get(author, []))

    def followers(self, author: str) -> list[str]:
        return list(self.fans.get(author, []))

    def followees(self, reader: str) -> list[str]:
        return [author for author, fans in self.fans.items() if reader in fans]

    def newest(self, author: str, limit: int) -> list[int]:
        self.lookups[author] += 1
        return self.posts.get(author, [])[::-1][:limit]


class Homes:
    """Stored timelines: a set of ids for each reader. `on_delivery` is called after each."""

    def __init__(self) -> None:
        self.ids: dict[str, set[int]] = {}
        self.delivered: Counter[str] = Counter()
        self.on_delivery: Callable[[], None] = lambda: None

    def add(self, reader: str, ids: list[int]) -> None:
        self.ids.setdefault(reader, set()).update(ids)
        self.delivered[reader] += len(ids)
        self.on_delivery()

    def newest(self, reader: str, limit: int) -> list[int]:
        return sorted(self.ids.get(reader, ()), reverse=True)[:limit]


class World:
    """A writer and a reader that share what Redis and the store hold, and two faithful readers, who follow "star" from the start."""

    FAITHFUL = ("ana", "bo")

    def __init__(self, answer: Any, v: SimpleNamespace) -> None:
        self.v, self.store, self.homes, self.flags = v, Store(), Homes(), dict[str, str]()
        self.writer, self.reader = (answer(self.store, self.homes, self.flags) for _ in range(2))
        self.story: list[str] = []
        self.next_id = 100
        for author in ("star", "friend"):
            self.store.fans[author], self.store.posts[author] = list(self.FAITHFUL), []

    def fame(self, count: int, author: str = "star") -> None:
        """Let the author have `count` followers; the faithful stay."""
        self.store.fans[author] = [*self.FAITHFUL, *(f"fan{n}" for n in range(count - len(self.FAITHFUL)))]
        self.story.append(f"{author} has {count} followers")

    def post(self, author: str = "star", times: int = 1) -> int:
        """Store, then hand to the writer; how many deliveries that made."""
        before = self.homes.delivered.total()
        for _ in range(times):
            self.next_id += 1
            self.store.posts[author].append(self.next_id)
            self.writer.post(author, self.next_id)
        self.story.append(f"posts {times}" if author == "star" else f"{author} posts {times}")
        return self.homes.delivered.total() - before

    def right(self) -> list[int]:
        return sorted((id for posts in self.store.posts.values() for id in posts), reverse=True)[:PAGE]

    def shows_all_once(self, hint: str | None = None) -> None:
        for reader in self.FAITHFUL:
            got = as_list(self.reader.home(reader, PAGE))
            if got != self.right():
                raise self.broken(f"home of {reader}, {PAGE} tweets: {self.right()}", f"{got}{_problem(got, self.right())}", hint)

    def broken(self, expected: str, got: str, hint: str | None = None) -> Broken:
        return Broken(expected, got, hint, given=f"up at {self.v.up}, down below {self.v.down}: " + ", ".join(self.story))

    def made(self, deliveries: int, expected: int, hint: str | None = None) -> None:
        if deliveries != expected:
            raise self.broken(f"{expected} deliveries by the last step", f"{deliveries}", hint)

    def looked_up(self, author: str, wanted: bool) -> None:
        """Whether a home read asks the store for the author's tweets."""
        self.store.lookups.clear()
        self.reader.home("ana", PAGE)
        if bool(self.store.lookups[author]) != wanted:
            words = {True: f"a home read that looks {author} up", False: f"a home read that does not look {author} up"}
            raise self.broken(words[wanted], words[not wanted])


def as_list(answer: Any) -> Any:
    """The answer in builtin types; a tuple is a list."""
    found = plain(answer)
    return list(found) if isinstance(found, tuple) else found


def _problem(got: Any, right: list[int]) -> str:
    if isinstance(got, list) and len(set(map(str, got))) < len(got):
        return " (more than once)"
    missing = [id for id in right if isinstance(got, list) and id not in got]
    return f" ({', '.join(map(str, missing))} missing)" if missing else ""
