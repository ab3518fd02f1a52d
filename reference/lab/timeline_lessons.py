"""What the notebook on home timelines measures: pages that shift, an author who rises and falls, stale follows, trims."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from reference.lab import charts
from reference.twitter.errors import require_int
from reference.twitter.fanout import FanoutPolicy
from reference.twitter.homes import IdTimelines
from reference.twitter.platform import Platform

if TYPE_CHECKING:
    import pandas as pd

    from reference.twitter.clock import Clock

PAGE = 20
Ids = Sequence[int]


# — pages —


@dataclass(frozen=True)
class Scroll:
    """What a reader saw who went through all pages: `seen` in order, and `wanted`, the ids that were there from beginning to end."""

    seen: list[int]
    wanted: set[int]

    @property
    def repeated(self) -> int:
        """Entries shown again."""
        return len(self.seen) - len(set(self.seen))

    @property
    def lost(self) -> int:
        """Wanted ids that were never shown."""
        return len(self.wanted - set(self.seen))


def scroll_by_number(page_of: Callable[[list[int], int], Ids], tweets: int = 100, arrivals: int = 0, removals: int = 0) -> Scroll:
    """Read pages 0, 1, … of a timeline of `tweets` ids until its ranks are spent; after each page `arrivals` new ids come in front,
    and `removals` of those already read are taken out. page_of(ids newest first, page number) -> the ids shown."""
    require_int("tweets", tweets, 1)
    timeline, number = list(range(tweets, 0, -1)), 0
    seen: list[int] = []
    wanted = set(timeline)
    while number * PAGE < len(timeline):
        seen += page_of(list(timeline), number)
        read = set(seen)
        gone = set([tweet for tweet in timeline if tweet in read][:removals])
        newest = max(timeline)
        timeline = [*range(newest + arrivals, newest, -1), *(tweet for tweet in timeline if tweet not in gone)]
        wanted -= gone
        number += 1
    return Scroll(seen, wanted)


def settle(app: Platform, pushed: int = 100, celebrity: int = 10, fans: int = 3) -> tuple[int, int, int]:
    """A reader, an author with `pushed` tweets whom he follows, and a celebrity (`fans` more followers) with `celebrity` newer ones;
    all delivered. Returns their ids. Ids are made as time goes by: one tweet a second, if the platform's clock can be advanced."""
    reader, author, star = (app.accounts.register(name).id for name in ("reader", "author", "star"))
    for follower, followee in [(reader, author), (reader, star)]:
        app.graph.follow(follower, followee)
    for number in range(fans):
        app.graph.follow(app.accounts.register(f"fan_{number}").id, star)
    app.drain()
    app.timelines.warm([reader])
    for writer, count in ((author, pushed), (star, celebrity)):
        for number in range(count):
            app.clock.advance(1)  # type: ignore[attr-defined]
            app.tweets.post(writer, f"tweet {number}")
    app.drain()
    return reader, author, star


def scroll_by_cursor(app: Platform, reader: int, arrivals: int = 0, removals: int = 0) -> Scroll:
    """As `scroll_by_number`, over the platform's own pages: after each page the writer of its last tweet posts `arrivals` new ones, and the
    writers of the page delete its first `removals`."""
    wanted = {tweet.id for tweet in app.timelines.home(reader, app.timelines.cap).items}
    seen: list[int] = []
    cursor = None
    while True:
        page = app.timelines.home(reader, PAGE, cursor)
        seen += [tweet.id for tweet in page.items]
        for number in range(arrivals):
            app.tweets.post(page.items[-1].author_id, f"new {number}")
        for tweet in page.items[:removals]:
            app.tweets.delete(tweet.id, by=tweet.author_id)
        wanted -= {tweet.id for tweet in page.items[:removals]}
        app.drain()
        cursor = page.next_cursor
        if cursor is None:
            return Scroll(seen, wanted)


def read_on(page_below: Callable[[int | None], Ids], most: int = 1000) -> list[int]:
    """All ids that one sees who asks for the page below the last id seen (None: the first), until a page is empty or shows nothing new."""
    seen: list[int] = []
    while len(seen) < most:
        page = page_below(seen[-1] if seen else None)
        if set(page) <= set(seen):
            break
        seen += page
    return seen


def staircase_figure(tweet_ids: Ids) -> Any:
    """Consecutive ids, and the scores (doubles) that Redis makes of them, both counted from the first score."""
    first, numbers = int(float(tweet_ids[0])), range(1, len(tweet_ids) + 1)
    scores = [int(float(tweet_id)) - first for tweet_id in tweet_ids]
    title = f"{len(tweet_ids)} ids stand on {len(set(scores))} steps: no cursor made of the score can tell the ids of a step apart"
    series = {"the id": (numbers, [tweet_id - first for tweet_id in tweet_ids]), "its score": (numbers, scores)}
    roles = {"the id": "hybrid", "its score": "naive"}
    return charts.lines(series, title=title, x="ids in order", y="distance from the first", step=True, markers=False, roles=roles)


def same_pages(policies: Sequence[FanoutPolicy], clock: Callable[[], Clock]) -> dict[str, list[str]]:
    """By policy: what a reader sees of one history (two authors, 24 tweets, every third deleted, before or after its delivery)."""
    pages = {}
    for policy in policies:
        with Platform.open(clock=clock(), fanout=policy, partitions=1) as app:
            reader, author, star = settle(app, pushed=0, celebrity=0)
            for number in range(24):
                app.clock.advance(1)  # type: ignore[attr-defined]
                tweet = app.tweets.post((author, star)[number % 2], f"tweet {number}")
                if number % 2:
                    app.drain()
                if number % 3 == 0:
                    app.tweets.delete(tweet.id, by=tweet.author_id)
            app.drain()
            pages[type(policy).__name__] = [tweet.text for tweet in app.timelines.home(reader, 24).items]
    return pages


# — rise and fall —


class OneAuthor(Protocol):
    """An author, one faithful follower who reads, and a crowd that comes and goes."""

    def crowd_comes(self) -> None: ...

    def crowd_goes(self) -> None: ...

    def post(self) -> None: ...

    def shown(self) -> Ids: ...


class AuthorOnPlatform:
    """`OneAuthor` on a platform with a Hybrid policy; `crowd` followers come and go."""

    def __init__(self, app: Platform, crowd: int) -> None:
        self.app = app
        self.author, self.reader = (app.accounts.register(name).id for name in ("climber", "faithful"))
        self.crowd = [app.accounts.register(f"crowd_{number}").id for number in range(crowd)]
        app.graph.follow(self.reader, self.author)
        app.timelines.warm([self.reader])

    def crowd_comes(self) -> None:
        for one in self.crowd:
            self.app.graph.follow(one, self.author)

    def crowd_goes(self) -> None:
        for one in self.crowd:
            self.app.graph.unfollow(one, self.author)

    def post(self) -> None:
        self.app.tweets.post(self.author, "a tweet")
        self.app.drain()

    def shown(self) -> Ids:
        return [tweet.id for tweet in self.app.timelines.home(self.reader, 100).items]

    def recorded_class(self) -> str:
        """push or pull, as writer and reader both read it."""
        return self.app.registry.recorded([self.author])[self.author]


def rise_and_fall(author: OneAuthor, tweets: int = 10) -> pd.DataFrame:
    """`tweets` posts before the crowd comes, as many while it is there, as many after it has gone. One row after each post:
    posted, entries (in the follower's timeline), distinct (different tweets among them)."""
    import pandas as pd

    rows: list[tuple[int, int, int]] = []
    for change in (lambda: None, author.crowd_comes, author.crowd_goes):
        change()
        for _ in range(tweets):
            author.post()
            shown = author.shown()
            rows.append((len(rows) + 1, len(shown), len(set(shown))))
    return pd.DataFrame(rows, columns=["posted", "entries", "distinct"])


def rise_figure(naive: pd.DataFrame, reference: pd.DataFrame) -> Any:
    """What the faithful follower sees of the author, after each of his tweets."""
    peak, last = naive.iloc[len(naive) * 2 // 3 - 1], naive.iloc[-1]
    vanished = last["posted"] - last["distinct"]
    title = f"{peak['posted']} tweets are shown as {peak['entries']} entries; of {last['posted']}, {vanished} have vanished"
    series = {
        "today's count": (naive["posted"], naive["entries"]),
        "recorded class": (reference["posted"], reference["entries"]),
    }
    roles = {"today's count": "naive", "recorded class": "hybrid"}
    return charts.lines(series, title=title, x="tweets posted", y="entries the follower sees", roles=roles, markers=False)


# — follows, as design E versions them —


class FollowsOfE:
    """Design E, section 8: look the edge's version up, act, store the version; it is forgotten after 24 hours. One edge, five tweets."""

    def __init__(self) -> None:
        self.timeline: set[int] = set()
        self.version = 0

    def handle(self, kind: str, version: int) -> Iterator[None]:
        """One worker's work on one event; it may be suspended between looking and acting."""
        last = self.version
        yield
        if version > last:
            self.timeline = set(range(5)) if kind == "followed" else set()
            self.version = version

    def forget(self) -> None:
        """24 hours pass."""
        self.version = 0


# — trimming —


def trims(redis: Any, slack: int, cap: int = 50, deliveries: int = 200) -> int:
    """How many of `deliveries`, one tweet each into one timeline, trimmed it (seen from outside: it did not grow)."""
    timelines = IdTimelines(redis, f"lesson-trim-{slack}", "home", cap=cap, slack=slack)
    timelines.build(1, list)
    sizes = [0]
    for tweet_id in range(1, deliveries + 1):
        timelines.add([tweet_id], [1])
        sizes.append(timelines.size(1))
    timelines.drop([1])
    return sum(after <= before for before, after in itertools.pairwise(sizes))
