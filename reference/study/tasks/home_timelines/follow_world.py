"""A reader, authors, a store and a worker: what a stored timeline should hold after each event, and what it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Broken
from reference.study.answers import plain

READER, AUTHORS = "ana", ("bo", "cy", "dee")
Event = tuple[str, str, int]  # kind, author, version


class Store:
    """What an answer may ask: the edges as they are now, and the authors' tweets."""

    def __init__(self) -> None:
        self.edges: dict[tuple[str, str], tuple[bool, int]] = {}
        self.posts: dict[str, list[int]] = {}
        self.asked: Counter[str] = Counter()

    def edge(self, reader: str, author: str) -> tuple[bool, int]:
        return self.edges.get((reader, author), (False, 0))

    def newest(self, author: str, count: int) -> list[int]:
        self.asked["newest"] += 1
        return self.posts.get(author, [])[::-1][:count]

    def newest_of_all(self, reader: str, count: int) -> dict[int, str]:
        self.asked["newest_of_all"] += 1
        return self.of_followees(reader, count)

    def of_followees(self, reader: str, count: int) -> dict[int, str]:
        followed = [author for (who, author), (follows, _) in self.edges.items() if who == reader and follows]
        found = {id: author for author in followed for id in self.posts.get(author, [])}
        return {id: found[id] for id in sorted(found, reverse=True)[:count]}


class World:
    """A reader with a stored timeline, authors, and a worker: the answer. Posts are delivered here, events by `handle`."""

    def __init__(self, answer: Any, v: SimpleNamespace) -> None:
        self.answer, self.v, self.store = answer, v, Store()
        self.homes: dict[str, dict[int, str]] = {READER: {}}
        self.right: dict[int, str] = {}
        self.story: list[str] = []
        self.events: list[Event] = []
        self.next_id = 0
        self.restart()

    def restart(self) -> None:
        """Another process takes over: what the worker kept in memory is gone."""
        self.worker = self.answer(self.store, self.homes)

    def post(self, author: str, times: int = 1) -> None:
        for _ in range(times):
            self.next_id += 1
            self.store.posts.setdefault(author, []).append(self.next_id)
            if self.store.edge(READER, author)[0]:
                self.right[self.next_id] = author
                if READER in self.homes:
                    self.homes[READER][self.next_id] = author
        self.trim(self.right)
        self.trim(self.homes.get(READER, {}))
        self.story.append(f"{author} posts {times}")

    def trim(self, timeline: dict[int, str]) -> None:
        for id in sorted(timeline)[: max(0, len(timeline) - self.v.cap)]:
            del timeline[id]

    def change(self, kind: str, author: str) -> Event:
        """The edge changes in the store; the event, which the worker has not seen yet. And what the timeline should hold then."""
        version = self.store.edge(READER, author)[1] + 1
        self.store.edges[READER, author] = (kind == "followed", version)
        if kind == "followed":
            self.right |= dict.fromkeys(self.store.posts.get(author, [])[-self.v.merge :], author)
            self.trim(self.right)
        else:
            full = len(self.right) == self.v.cap
            self.right = {id: by for id, by in self.right.items() if by != author}
            self.right = self.store.of_followees(READER, self.v.cap) if full else self.right
        self.events.append((kind, author, version))
        return self.events[-1]

    def handle(self, event: Event) -> None:
        kind, author, version = event
        self.story.append(f"event: {kind} {author}, version {version}")
        self.worker.handle(kind, READER, author, version)

    def follow(self, author: str) -> Event:
        self.handle(event := self.change("followed", author))
        return event

    def unfollow(self, author: str) -> Event:
        self.handle(event := self.change("unfollowed", author))
        return event

    def step(self, rng: np.random.Generator) -> None:
        """By dice: somebody posts, an edge turns, or an event comes once more. Never an unfollow that may end in two ways."""
        author = AUTHORS[int(rng.integers(len(AUTHORS)))]
        match int(rng.integers(4)):
            case 0 | 1:
                self.post(author, int(rng.integers(1, 4)))
            case 2 if not self.store.edge(READER, author)[0]:
                self.follow(author)
            case 2 if not self.may_be_refilled(author):
                self.unfollow(author)
            case 3:
                kind, author, version = event = self.events[int(rng.integers(len(self.events)))]
                stale = version != self.store.edge(READER, author)[1]
                if stale or kind == "followed" or not self.may_be_refilled(author):
                    self.handle(event)

    def may_be_refilled(self, author: str) -> bool:
        """Whether an unfollow takes nothing out of a timeline that is full: left alone, it is as right as refilled."""
        return len(self.right) == self.v.cap and author not in self.right.values()

    def holds_what_it_should(self, hint: str | None = None) -> None:
        """A read: Broken unless the stored timeline is right. One that was dropped is rebuilt by it."""
        got = plain(self.homes.setdefault(READER, self.store.of_followees(READER, self.v.cap)))
        if not isinstance(got, dict):
            raise self.broken("a timeline as a dict: tweet id -> author", f"{got!r}"[:100])
        if got != self.right:
            raise self.broken(f"in the timeline {names(self.right)}", f"{names(got)}{_problem(got, self.right, self.v.cap)}", hint)

    def broken(self, expected: str, got: str, hint: str | None = None) -> Broken:
        return Broken(expected, got, hint, given=f"cap {self.v.cap}, merge {self.v.merge}: " + "; ".join(self.story))


def names(timeline: Mapping[int, str]) -> str:
    return " ".join(f"{id}/{timeline[id]}" for id in sorted(timeline, reverse=True)) or "nothing"


def _problem(got: Mapping[int, str], right: Mapping[int, str], cap: int) -> str:
    if len(got) > cap:
        return f" ({len(got)} entries)"
    words = {"missing": right.keys() - got.keys(), "not to be here": got.keys() - right.keys()}
    told = [f"{', '.join(map(str, sorted(ids, reverse=True)))} {what}" for what, ids in words.items() if ids]
    return f" ({'; '.join(told)})" if told else ""
