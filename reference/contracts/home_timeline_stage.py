"""What a judged home timeline promises, and the hands with which the laws of `home_timeline` take hold of it."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from reference.contracts.report import Broken, describe
from reference.twitter.clock import Clock, ManualClock

MIN_CAP = 12
SHOWN = 16
PAUSE_S = 1.5  # between two tweets, unless a law wants them closer: no two in the same second


class TimelineSystem(Protocol):
    """What is judged: the few verbs of a Twitter that home timelines depend on.

    `home` returns a page: an object with `items` and `next_cursor` (None: the end), or the pair (items, next_cursor). An item is
    an object with `id` and `text`, newest first. `drain` returns when everything posted has been delivered.
    Optional: `forget_timelines()` drops all that is derived; `redeliver()` handles all events once more; `close()`.
    """

    def register(self, name: str) -> int: ...

    def follow(self, follower_id: int, followee_id: int) -> Any: ...

    def unfollow(self, follower_id: int, followee_id: int) -> Any: ...

    def post(self, author_id: int, text: str) -> int: ...

    def delete(self, tweet_id: int) -> Any: ...

    def drain(self) -> Any: ...

    def home(self, user_id: int, limit: int, cursor: Any = None) -> Any: ...


SystemFactory = Callable[[Clock], TimelineSystem]


@dataclass(frozen=True)
class Promise:
    """The judged factory; `cap`: tweets a timeline serves; `crowd`: followers with which an author is beyond any threshold."""

    factory: SystemFactory
    cap: int
    crowd: int
    clock: ManualClock = field(default_factory=ManualClock)
    numbers: Any = field(default_factory=lambda: itertools.count(1))  # names stay unique when the factory returns one system again

    def begin(self) -> Stage:
        return Stage(self)


class Stage:
    """One system with its people, and the order in which their tweets were posted."""

    def __init__(self, promise: Promise) -> None:
        self.cap, self.crowd, self.clock = promise.cap, promise.crowd, promise.clock
        self._numbers = promise.numbers
        self.system = promise.factory(promise.clock)
        self.posted: list[int] = []

    def person(self) -> int:
        return self.system.register(f"person{next(self._numbers)}")

    def people(self, n: int) -> list[int]:
        return [self.person() for _ in range(n)]

    def reader_and_author(self) -> tuple[int, int]:
        """A reader who follows an author."""
        reader, author = self.people(2)
        self.follow(reader, author)
        return reader, author

    def follow(self, follower: int, *followees: int) -> None:
        """Follow, wait, and look once: from now on the reader's timeline is one that takes deliveries."""
        for followee in followees:
            self.system.follow(follower, followee)
        self.system.drain()
        self.page(follower, 1)

    def unfollow(self, follower: int, followee: int) -> None:
        self.system.unfollow(follower, followee)
        self.system.drain()

    def post(self, author: int, text: str = "hello", pause_s: float = PAUSE_S) -> int:
        """Post, not yet delivered."""
        self.clock.advance(pause_s)
        tweet_id = self.system.post(author, text)
        if isinstance(tweet_id, bool) or not isinstance(tweet_id, int):
            raise Broken("post to return the id of the tweet", f"{tweet_id!r}")
        self.posted.append(tweet_id)
        return tweet_id

    def tweets(self, author: int, n: int, pause_s: float = PAUSE_S) -> list[int]:
        """`n` delivered tweets, newest first."""
        ids = [self.post(author, pause_s=pause_s) for _ in range(n)]
        self.system.drain()
        return ids[::-1]

    def delete(self, *tweet_ids: int) -> None:
        for tweet_id in tweet_ids:
            self.system.delete(tweet_id)
        self.system.drain()

    def items(self, reader: int, limit: int = 10, cursor: Any = None) -> tuple[list[Any], Any]:
        page = self.system.home(reader, limit, cursor)
        items, next_cursor = page if isinstance(page, tuple) else (page.items, page.next_cursor)
        return list(items), next_cursor

    def page(self, reader: int, limit: int = 10, cursor: Any = None) -> tuple[list[int], Any]:
        """(ids, next cursor) of one page."""
        items, next_cursor = self.items(reader, limit, cursor)
        return [item.id for item in items], next_cursor

    def rest(self, reader: int, limit: int, cursor: Any) -> list[int]:
        """The ids of all pages after `cursor` (None: from the top), in the order in which they come."""
        ids: list[int] = []
        for _ in range(self.cap // limit + 4):
            page, cursor = self.page(reader, limit, cursor)
            ids += page
            if cursor is None:
                return ids
        raise Broken("pages that end", f"a next cursor after {len(ids)} tweets on {self.cap // limit + 4} pages: {self.names(ids)}")

    def all(self, reader: int, limit: int = 5) -> list[int]:
        return self.rest(reader, limit, None)

    def shows(self, reader: int, expected: Sequence[int], limit: int = 5) -> None:
        """Broken unless all pages together are exactly `expected`, newest first."""
        self.same(expected, self.all(reader, limit))

    def same(self, expected: Sequence[int], got: Sequence[int]) -> None:
        """Broken, saying which tweets are missing, too many or out of order, unless the two are equal."""
        if list(expected) == list(got):
            return
        twice = [tweet_id for tweet_id, times in Counter(got).items() if times > 1]
        problems = {
            "missing": [tweet_id for tweet_id in expected if tweet_id not in got],
            "more than once": twice,
            "not to be here": [tweet_id for tweet_id in dict.fromkeys(got) if tweet_id not in expected],
        }
        words = "; ".join(f"{self.names(ids)} {what}" for what, ids in problems.items() if ids) or "another order"
        raise Broken(self.names(expected), f"{self.names(got)} ({words})")

    def names(self, tweet_ids: Iterable[int]) -> str:
        """`t1` is the first tweet that was posted, so that a report can be read."""
        place = {tweet_id: f"t{n}" for n, tweet_id in enumerate(self.posted, 1)}
        shown = [place.get(tweet_id, str(tweet_id)) for tweet_id in tweet_ids]
        return " ".join(shown[:SHOWN]) + (f" … ({len(shown)} tweets)" if len(shown) > SHOWN else "") if shown else "nothing"

    def refuses(self, attempt: Callable[[], Any], kinds: tuple[type[Exception], ...], value: object, what: str) -> None:
        """Broken unless `attempt` raises one of `kinds` with `value` in its message."""
        wanted = f"a {' or '.join(kind.__name__ for kind in kinds)} that names {what} {value!r}"
        try:
            answer = attempt()
        except kinds as error:
            if str(value) not in str(error) or type(error) in (KeyError, IndexError):
                raise Broken(wanted, describe(error)) from error
            return
        except Exception as error:
            raise Broken(wanted, describe(error)) from error
        raise Broken(wanted, f"the answer {answer!r}")

    def together(self, jobs: Sequence[Callable[[], Any]]) -> None:
        """All jobs at once, a thread each; Broken if one raises."""
        errors: list[Exception] = []

        def run(job: Callable[[], Any]) -> None:
            try:
                job()
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=run, args=(job,), daemon=True) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise Broken("no exception in any thread", describe(errors[0]))

    def close(self) -> None:
        if hasattr(self.system, "close"):
            self.system.close()
