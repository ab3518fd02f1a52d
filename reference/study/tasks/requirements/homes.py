"""Home pages that keep what design A promises, as laws over a store, a cache of pages and a queue."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.answers import call, plain, same, told_first
from reference.study.task import Trial

DEADLINE_S, PATIENCE_S = 2.0, 0.4
HOUR_S = 3_600
FOLLOWS = {"ada": set(), "bob": {"ada"}, "cleo": {"ada", "bob"}, "dan": {"bob"}}


@dataclass
class Store:
    """Tweets, follows and the stored timelines, as the published code uses them.

    `before_change(whose page)` runs before each tweet that is kept or delivered: the world does not stand still meanwhile.
    """

    follows: dict[str, set[str]]
    tweets: dict[str, list[int]] = field(default_factory=dict)
    timelines: dict[str, list[int]] = field(default_factory=dict)
    timeline_reads: int = 0
    before_change: Callable[[str], Any] = lambda reader: None

    def keep(self, author: str, tweet_id: int) -> None:
        self.before_change(author)
        self.tweets.setdefault(author, []).append(tweet_id)

    def tweets_of(self, author: str) -> list[int]:
        return sorted(self.tweets.get(author, []), reverse=True)

    def followers(self, author: str) -> list[str]:
        return sorted(reader for reader, authors in self.follows.items() if author in authors)

    def deliver(self, reader: str, tweet_id: int) -> None:
        self.before_change(reader)
        self.timelines.setdefault(reader, []).append(tweet_id)

    def timeline(self, reader: str) -> list[int]:
        self.timeline_reads += 1
        return sorted(self.timelines.get(reader, []), reverse=True)


class Pages:
    """The cache of pages. A test's hour never passes: what is not deleted stays."""

    def __init__(self) -> None:
        self.kept: dict[str, list[int]] = {}

    def get(self, reader: str) -> list[int] | None:
        page = self.kept.get(reader)
        return None if page is None else list(page)

    def put(self, reader: str, page: Any, ttl_s: float) -> None:
        if not 0 < ttl_s <= HOUR_S:
            raise Broken("a page that lives for at most an hour, as in A", f"`ttl_s={ttl_s!r}`", "Leave the lifetime as it was published.")
        self.kept[reader] = list(page)

    def delete(self, reader: str) -> None:
        self.kept.pop(reader, None)


def draw_mend(rng: np.random.Generator) -> Mapping[str, Any]:
    return {"page_size": int(rng.integers(6, 13)), "most_own": int(rng.integers(2, 5))}


@dataclass
class Service:
    """One run of the learner's class over a store, a cache and a queue of the judge's, and what ought to be true by now."""

    home_of: Any
    store: Store
    v: Any
    posted: list[tuple[str, int]] = field(default_factory=list)
    delivered: int = 0

    def post(self, author: str, tweet_id: int) -> None:
        call(self.home_of.post, author, tweet_id)
        self.posted.append((author, tweet_id))

    def work(self) -> None:
        call(self.home_of.work)
        self.delivered = len(self.posted)

    def right(self, reader: str) -> list[int]:
        """The page of whoever has what is delivered by now, and the own tweets."""
        own = [tweet_id for author, tweet_id in self.posted if author == reader][-self.v.most_own :]
        others = [tweet_id for author, tweet_id in self.posted[: self.delivered] if author in FOLLOWS[reader]]
        return sorted([*own, *others], reverse=True)[: self.v.page_size]

    def check(self, reader: str, given: str, hint: str | None = None) -> None:
        right, page = self.right(reader), plain(call(self.home_of.home, reader))
        if isinstance(page, tuple):
            page = list(page)
            if page != right and sorted(page, key=repr) == sorted(right, key=repr):
                hint = "The right tweets in the wrong order: the newest, which has the largest id, comes first."
        same(right, page, f"{given}: `home({reader!r})`", hint)


homes: Contract[tuple[Any, Trial]] = Contract("home pages")


def service(asked: tuple[Any, Trial]) -> Service:
    answer, trial = asked
    store, events = Store({reader: set(authors) for reader, authors in FOLLOWS.items()}), deque[tuple[str, int]]()
    return Service(answer(store, Pages(), events), store, trial.variant)


@homes.behaviour(
    why="Design A promises (2.3) that authors see their own tweet at once. Nobody follows themselves, so nobody delivers it to them.",
    hint="The author's page is taken out of the cache, and then built from a timeline that never gets the own tweet. Merge the own ones "
    "in, "
    "at the read.",
)
def authors_see_their_own_tweet_at_once(asked: tuple[Any, Trial]) -> None:
    here = service(asked)
    here.home_of.home("ada")
    for tweet_id in (101, 102):
        here.post("ada", tweet_id)
        here.check("ada", f"`post('ada', {tweet_id})`, before the worker runs")
    here.work()
    here.check("ada", "after the worker has run")


@homes.behaviour(
    why="Design A allows followers a lag of about a second (2.3). A page that lives for an hour lacks 21 tweets at its end, on average.",
    hint="Who writes the timeline must take the old page out of the cache: every copy on the way is bound by the promise.",
)
def a_delivery_ends_the_followers_old_page(asked: tuple[Any, Trial]) -> None:
    here = service(asked)
    for reader in FOLLOWS:
        here.home_of.home(reader)
    for author, tweet_id in (("ada", 101), ("bob", 102), ("ada", 103)):
        here.post(author, tweet_id)
        here.work()
        for reader in FOLLOWS:
            here.check(reader, f"pages loaded, then `post({author!r}, {tweet_id})`, then `work()`")


@homes.behaviour(
    why="Some authors have a million followers. A post that delivers by itself takes minutes, and what it has not done when the server "
    "stops is lost.",
    hint="`post` keeps the tweet, puts an event into `events` and sees to the author's own page. To deliver is what `work` is for.",
)
def a_post_leaves_the_deliveries_to_the_worker(asked: tuple[Any, Trial]) -> None:
    here = service(asked)
    here.post("ada", 101)
    reached = [reader for reader in here.store.followers("ada") if 101 in here.store.timelines.get(reader, [])]
    if reached:
        raise Broken(
            "in no follower's timeline yet", f"in those of {' and '.join(reached)}", given="`post('ada', 101)`, and no `work()` so far"
        )


@homes.behaviour(
    why="Somebody loads home in just that moment, every moment. The old page goes back into the cache and stays for its hour.",
    hint="First deliver, then delete the page. The other way round, a load in between puts the old page back.",
)
def a_load_in_the_middle_of_a_change_leaves_no_old_page(asked: tuple[Any, Trial]) -> None:
    here = service(asked)
    here.store.before_change = here.home_of.home
    here.post("ada", 101)
    here.check(
        "ada", "`post('ada', 101)`, and ada loads home just before `store.keep`", "First keep the tweet, then delete the author's page."
    )
    here.work()
    here.store.before_change = lambda reader: None
    for reader in ("bob", "cleo"):
        here.check(reader, "`post('ada', 101)`, and each follower loads home just before the delivery")


@homes.behaviour(
    why="Without its cache, A's store would answer 70,000 timelines a second at the peak. Mending a promise must not cost that.",
    hint="Keep the cache: delete only the pages that a tweet changes, the author's and its followers'.",
)
def a_page_that_is_still_true_is_not_built_again(asked: tuple[Any, Trial]) -> None:
    here = service(asked)
    for author, tweet_id in (("ada", 101), ("bob", 102)):  # nobody's page is empty, lest `if not page` be taken for a fault
        here.post(author, tweet_id)
    here.work()
    for reader in FOLLOWS:
        here.home_of.home(reader)
    before = here.store.timeline_reads
    for _ in range(3):
        for reader in FOLLOWS:
            here.check(reader, "nothing new")
    same(0, here.store.timeline_reads - before, "every page loaded three times more, nothing new: reads of `store.timeline`")
    before = here.store.timeline_reads
    here.post("bob", 103)
    here.work()
    given = "a tweet by bob, whom cleo and dan follow: reads of `store.timeline` "
    most = 1 + len(here.store.followers("bob"))  # an answer may build the pages that changed at once, the author's among them
    if here.store.timeline_reads - before > most:
        raise Broken(f"at most {most}", str(here.store.timeline_reads - before), given=f"{given}until the worker has run")
    before = here.store.timeline_reads
    here.home_of.home("ada")
    same(0, here.store.timeline_reads - before, f"{given}when ada, who does not follow him, loads home")


@homes.behaviour(
    why="Who posts a lot would see little else at home: one's own tweets are there to show that they arrived.",
    hint="Take the newest own ones, as many as the card says, join them with the timeline, newest first, and cut to the page's size.",
)
def a_page_is_newest_first_with_few_own_tweets(asked: tuple[Any, Trial]) -> None:
    here = service(asked)
    for tweet_id in range(1, 40):
        here.post(("ada", "bob", "cleo")[tweet_id % 3], tweet_id)
    for tweet_id in range(40, 46):
        here.post("bob", tweet_id)
    here.work()
    for reader in FOLLOWS:
        here.check(reader, "45 tweets, numbered by age, the last six by bob")


@homes.behaviour(
    why="The promises hold together or not at all: each of them is easy alone.",
    hint="Compare page and store after each step: which page should have been deleted, and was not? Posting alone delivers to nobody.",
)
def over_any_history_every_page_is_true(asked: tuple[Any, Trial]) -> None:
    here, rng = service(asked), asked[1].rng
    readers = list(FOLLOWS)
    for tweet_id in range(1, 400 if asked[1].hidden else 120):
        here.post(readers[int(rng.integers(4))], tweet_id)
        if rng.random() < 0.4:
            here.work()
        for reader in rng.choice(readers, 2).tolist():
            here.check(reader, f"after {tweet_id} posts by dice")


def judge_mend(answer: Any, trial: Trial) -> Report:
    report = homes.run((answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
    return told_first(report, "authors see their own tweet at once", "a delivery ends the followers old page")
