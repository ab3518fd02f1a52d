"""Replays a stretch of a dataset on a real Platform and counts what it costs, exactly: the same tweets under every fanout policy.

    compare([FanoutOnWrite(), FanoutOnRead(), Hybrid(500)], delivery_budget=12_000)

The platform starts with the dataset's users and follows and without tweets. Timelines are made live, then the tweets are posted and
drained (the *write* side), then readers open their home timelines (the *read* side). Counts, not clocks: tweets are posted one
virtual millisecond apart, so nothing depends on how fast the machine is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference.lab.meter import Meter
from reference.lab.tweet_slice import AFTER_MS, Slice, choose_slice
from reference.twitter.backend import script
from reference.twitter.clock import ManualClock
from reference.twitter.dataset import load_into
from reference.twitter.delivery import DeliveryCounts
from reference.twitter.errors import require
from reference.twitter.fanout import FanoutPolicy, ReaderFacts, Route
from reference.twitter.homes import LIVE, IdTimelines
from reference.twitter.model import chunked
from reference.twitter.platform import Platform

if TYPE_CHECKING:
    import pandas as pd

SCRIPTS = ("timeline_add", "timeline_finish", "log_append", "log_ack")


@dataclass(frozen=True)
class Cost:
    """What one side of the replay took: Redis commands, round trips, bytes both ways, commands by name, rows from the store."""

    commands: int
    round_trips: int
    size_bytes: int
    by_command: dict[str, int]
    rows: int


@dataclass(frozen=True)
class ReplayResult:
    """Exact counts of one replay.

    deliveries: ids put into live home timelines; largest_fanout: the most deliveries of one tweet. write, read: `Cost` of posting
    and draining `posts` tweets, and of `reads` home pages. keys_per_read: timelines read for one home page (2 under pure push: the home
    timeline and one's own tweets). tweets_seen: on all those pages. digest: of what the readers saw, the same under every policy.
    """

    policy: FanoutPolicy
    live: str
    posts: int
    deliveries: int
    largest_fanout: int
    write: Cost
    reads: int
    read: Cost
    keys_per_read: float
    tweets_seen: int
    digest: str


def replay(
    policy: FanoutPolicy,
    dataset: str | Path = "small",
    delivery_budget: int = 12_000,
    readers: int = 60,
    *,
    live: str = "all",
    redis_url: str | None = "fakeredis://",
) -> ReplayResult:
    """Post the chosen tweets under `policy` and read the readers' home timelines; what it cost, counted.

    live: whose home timelines are kept: "all" users', or "active" (those who read in the dataset's 48 hours: the others' are rebuilt
    when they come back, so nothing is delivered to them). redis_url: None takes REDIS_URL. Raises InvalidInput. O(deliveries): the
    default takes some 3 s on fakeredis.
    """
    require(live in ("all", "active"), f"live must be 'all' or 'active', not {live!r}")
    part = choose_slice(dataset, delivery_budget, readers)
    app = Platform.open(redis_url=redis_url, database=":memory:", clock=ManualClock(AFTER_MS // 1000), fanout=policy, groups=["fanout"])
    with app:
        about_readers = (app.registry, app.activity) if policy.reader_facts else (None, None)
        load_into(app.store, about_readers[0], dataset, about_readers[1], tweets=False)
        app.delivery.counts = counts = _Deliveries()
        _make_live(app, part, live)
        rows = _RowCount(app)
        posted, write = _measured(app, rows, lambda: _post_all(app, part))
        seen, read = _measured(app, rows, lambda: _read_all(app, part, posted))
    keys = sum(read.by_command.get(name, 0) for name in ("ZREVRANGEBYLEX", "ZRANGEBYLEX"))
    return ReplayResult(
        policy=policy, live=live, posts=len(posted), deliveries=counts.deliveries, largest_fanout=counts.largest_delivery,
        write=write, reads=len(part.readers), read=read, keys_per_read=keys / len(part.readers),
        tweets_seen=sum(map(len, seen)), digest=hashlib.sha256(repr(seen).encode()).hexdigest()[:16],
    )  # fmt: skip


def compare(
    policies: Sequence[FanoutPolicy], dataset: str | Path = "small", delivery_budget: int = 12_000, readers: int = 60, *, live: str = "all"
) -> pd.DataFrame:
    """One row a policy: `replay` of each over the same slice. AssertionError when two policies showed a reader different timelines."""
    results = [replay(policy, dataset, delivery_budget, readers, live=live) for policy in policies]
    digests = {result.digest for result in results}
    assert len(digests) <= 1, f"the policies do not serve the same timelines: {[(result.policy, result.digest) for result in results]}"
    return table(results)


def table(results: Sequence[ReplayResult]) -> pd.DataFrame:
    """Replays side by side: policy, deliveries, largest fanout, then Redis commands, round trips and store rows per tweet and per read."""
    import pandas as pd

    rows = [
        {
            "policy": str(result.policy), "live timelines": result.live, "tweets": result.posts, "deliveries": result.deliveries,
            "largest fanout": result.largest_fanout,
            "commands per tweet": round(result.write.commands / result.posts, 2),
            "rows per tweet": round(result.write.rows / result.posts, 2),
            "timelines per read": round(result.keys_per_read, 2),
            "commands per read": round(result.read.commands / result.reads, 2),
            "round trips per read": round(result.read.round_trips / result.reads, 2),
            "rows per read": round(result.read.rows / result.reads, 2),
        }
        for result in results
    ]  # fmt: skip
    return pd.DataFrame(rows)


class _Deliveries(DeliveryCounts):
    """The platform's own counts, and the most deliveries that one tweet caused."""

    largest_delivery: int = 0

    def note(self, followers: int, deliveries: int) -> None:
        super().note(followers, deliveries)
        self.largest_delivery = max(self.largest_delivery, deliveries)


class _RowCount:
    """Counts the rows that the store hands to fanout and to the read path: users, follows, tweets."""

    def __init__(self, app: Platform) -> None:
        self.rows = 0
        self._watch(app.accounts, "get_many")
        self._watch(app.graph, "followee_ids")
        self._watch(app.tweet_store, "get_many")
        self._watch(app.tweet_store, "newest_ids")
        batches = app.graph.follower_batches
        app.graph.follower_batches = lambda *args: self._counted(batches(*args))  # type: ignore[method-assign]

    def _watch(self, part: Any, method: str) -> None:
        call = getattr(part, method)

        def counted(*args: Any) -> Any:
            answer = call(*args)
            self.rows += len(answer)
            return answer

        setattr(part, method, counted)

    def _counted(self, batches: Iterable[list[int]]) -> Iterator[list[int]]:
        for batch in batches:
            self.rows += len(batch)
            yield batch


def _make_live(app: Platform, part: Slice, live: str) -> None:
    """Live, empty timelines, as is right while nothing was tweeted. Scripts are loaded and authors classified: no first time is counted."""
    for name in SCRIPTS:
        script(f"{name}.lua").load(app.redis)
    homes, authors = _touched(app, part)
    kept = homes if live == "all" else homes & part.active
    owners: list[tuple[IdTimelines, int]] = [(app.homes, user) for user in sorted(kept)]
    owners += [(app.authors, user) for user in sorted(authors)]
    for chunk in chunked(owners, 5000):
        with app.redis.pipeline(transaction=False) as pipe:
            for timelines, owner in chunk:
                pipe.zadd(timelines.key(owner), {LIVE: 0})
            pipe.execute()


def _touched(app: Platform, part: Slice) -> tuple[set[int], set[int]]:
    """Whose home timelines and whose own ones this replay delivers to or reads; to make others live would only take time."""
    classes = app.classifier.classes(sorted(part.authors))
    if app.policy.reader_facts:
        return set(part.audience), set(part.authors)
    pushed = {author for author, kind in classes.items() if app.policy.route(kind, ReaderFacts()) is Route.PUSH}
    homes, authors = set(part.readers), {*part.readers, *part.followers}
    homes.update(*(part.followers[author] for author in part.followers if author in pushed))
    authors.update(author for followees in part.followees.values() for author in followees if author not in pushed)
    return homes, authors


def _measured(app: Platform, rows: _RowCount, work: Callable[[], Any]) -> tuple[Any, Cost]:
    before = rows.rows
    with Meter(app.redis) as meter:
        result = work()
    size_bytes = meter.bytes_sent + meter.bytes_received
    return result, Cost(meter.commands, meter.round_trips, size_bytes, dict(sorted(meter.by_command.items())), rows.rows - before)


def _post_all(app: Platform, part: Slice) -> dict[int, int]:
    """Tweet id → place in the slice: ids depend on the worker id, places do not."""
    posted: dict[int, int] = {}
    for place, (author, text) in enumerate(part.tweets):
        posted[app.tweets.post(author, text).id] = place
        app.clock.sleep(0.001)  # a ManualClock: no time passes
    app.drain()
    return posted


def _read_all(app: Platform, part: Slice, posted: dict[int, int]) -> list[list[int]]:
    """The first home page of each reader, as places in the slice."""
    return [[posted[tweet.id] for tweet in app.timelines.home(reader).items] for reader in part.readers]
