"""Laws of home timelines while the graph changes: follows, deletions, thresholds, repeats. `home_timeline` joins them to the others."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from reference.contracts.home_timeline_stage import Promise, Stage
from reference.contracts.report import Contract

contract: Contract[Promise] = Contract("home timeline, changes")
StageLaw = Callable[[Stage], None]


def law_of(target: Contract[Promise], why: str, hint: str) -> Callable[[StageLaw], StageLaw]:
    """Register a law over a Stage: each gets one of its own, which is closed afterwards."""

    def register(check: StageLaw) -> StageLaw:
        @wraps(check)
        def judge(promise: Promise) -> None:
            stage = promise.begin()
            try:
                check(stage)
            finally:
                stage.close()

        target.behaviour(why, hint)(judge)
        return check

    return register


def law(why: str, hint: str) -> Callable[[StageLaw], StageLaw]:
    return law_of(contract, why, hint)


@law(
    why="Who follows somebody wants to see something now, not after the next tweet.",
    hint="On a follow, merge the author's recent tweets into the follower's timeline, up to the cap.",
)
def a_follow_merges_recent_tweets(stage: Stage) -> None:
    reader, other, author = stage.people(3)
    stage.follow(reader, other)
    old, middle, new = stage.tweets(author, 1), stage.tweets(other, 1), stage.tweets(author, 1)
    stage.shows(reader, middle)
    stage.follow(reader, author)
    stage.shows(reader, new + middle + old)


@law(
    why="Whom one has just stopped following is the last person one wants to read.",
    hint="On an unfollow take the author's tweets out (or filter by today's followees), from the pages still to come, too.",
)
def an_unfollow_takes_the_tweets_away(stage: Stage) -> None:
    reader, stays, goes = stage.people(3)
    stage.follow(reader, stays, goes)
    ids = {author: [] for author in (stays, goes)}  # type: dict[int, list[int]]
    for author in (stays, goes) * 4:
        ids[author].insert(0, stage.post(author))
    stage.system.drain()
    first, cursor = stage.page(reader, 3)
    stage.unfollow(reader, goes)
    stage.shows(reader, ids[stays])
    stage.same([tweet_id for tweet_id in ids[stays] if tweet_id not in first], stage.rest(reader, 3, cursor))


@law(
    why="A timeline that was trimmed has a hole after an unfollow: it looks as if the others had written nothing before.",
    hint="What was trimmed away is only in the store: drop or refill a full timeline when tweets are taken out of it.",
)
def older_tweets_move_up_after_an_unfollow(stage: Stage) -> None:
    reader, stays, goes = stage.people(3)
    stage.follow(reader, stays, goes)
    kept = stage.tweets(stays, 5)
    stage.tweets(goes, stage.cap)
    stage.all(reader)
    stage.unfollow(reader, goes)
    stage.shows(reader, kept)


@law(
    why="People unfollow by accident and follow again.",
    hint="A second follow is a follow: merge again, and let each tweet appear once (a set, not a list).",
)
def a_second_follow_brings_the_tweets_back_once(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    ids = stage.tweets(author, 3)
    stage.unfollow(reader, author)
    stage.shows(reader, [])
    for _ in range(2):  # following whom one follows changes nothing
        stage.follow(reader, author)
        stage.shows(reader, ids)
    stage.shows(reader, stage.tweets(author, 1) + ids)


@law(
    why="Events arrive late. A delivery that overtakes nothing may still come after the reader has changed his mind.",
    hint="When an event is handled, act on the graph as it is now; a version on the edge tells a stale event.",
)
def only_the_last_of_several_changes_counts(stage: Stage) -> None:
    reader, author, other = stage.people(3)
    stage.follow(reader, author, other)
    kept, _ = stage.post(author), stage.post(other)
    stage.system.unfollow(reader, author)
    stage.system.unfollow(reader, other)
    stage.system.follow(reader, author)
    stage.system.drain()
    stage.shows(reader, [kept])


@law(
    why="A deleted tweet that is still shown can be a legal matter, not only an embarrassment.",
    hint="Filter by the tweet's state when the page is read; copies in timelines and caches outlive the deletion.",
)
def a_deleted_tweet_is_not_shown(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    ids = stage.tweets(author, 3)
    stage.shows(reader, ids)
    stage.delete(ids[1])
    late = stage.post(author)
    stage.delete(late)  # before it was delivered
    for user in (reader, author):
        stage.shows(user, [ids[0], ids[2]])


@law(
    why="Clients take a short page for the end: what comes after a few deleted tweets is never read.",
    hint="Filter, then fill: go on reading below the last id until the page holds `limit` tweets or the timeline ends.",
)
def a_page_stays_full_although_tweets_were_deleted(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    ids = stage.tweets(author, 9)
    stage.delete(*ids[1:5])
    left = [ids[0], *ids[5:]]
    stage.same(left[:3], stage.page(reader, 3)[0])
    stage.shows(reader, left, limit=3)


def _crowd(stage: Stage) -> tuple[int, int, list[int]]:
    """A reader and an author whom he follows, and a crowd that will come and go."""
    reader, author = stage.reader_and_author()
    return reader, author, stage.people(stage.crowd)


@law(
    why="Fame comes during a tweet storm: pushed yesterday, pulled today, and the tweet at the border comes by both ways.",
    hint="Merge the pushed and the pulled part by id and keep each id once (a list of both without a set shows it twice).",
)
def an_author_who_becomes_a_celebrity_neither_vanishes_nor_appears_twice(stage: Stage) -> None:
    reader, author, crowd = _crowd(stage)
    ids = stage.tweets(author, 1)
    for fan in crowd:
        stage.follow(fan, author)
        ids = stage.tweets(author, 1) + ids
        stage.shows(reader, ids)


@law(
    why="Fame goes, too. Tweets that were only ever pulled are in nobody's timeline on the day when pulling ends.",
    hint="Decide by a recorded class, and before the record turns to push fill the author's recent tweets into his followers' timelines.",
)
def an_author_who_ceases_to_be_a_celebrity_neither_vanishes_nor_appears_twice(stage: Stage) -> None:
    reader, author, crowd = _crowd(stage)
    stage.tweets(reader, 1)
    for fan in crowd:
        stage.follow(fan, author)
    own = stage.all(reader)
    ids = stage.tweets(author, 2)
    for fan in crowd:
        stage.unfollow(fan, author)
        stage.shows(reader, ids + own)
        ids = stage.tweets(author, 1) + ids
        stage.shows(reader, ids + own)


@law(
    why="Most accounts have few followers, many none.",
    hint="A tweet without followers is delivered to nobody and is in its author's timeline all the same.",
)
def an_author_without_followers_can_post(stage: Stage) -> None:
    author = stage.person()
    stage.shows(author, stage.tweets(author, 2))


@law(
    why="Logs deliver at least once: a worker that dies between delivering and acknowledging leaves the event for another.",
    hint="Make delivery idempotent: add the id to a set; a list, or a counter, remembers the second time.",
)
def an_event_that_comes_twice_changes_nothing(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    gone = stage.person()
    stage.follow(reader, gone)
    stage.tweets(gone, 1)
    stage.unfollow(reader, gone)
    ids = stage.tweets(author, 3)
    for _ in range(2):
        stage.system.drain()
        if hasattr(stage.system, "redeliver"):
            stage.system.redeliver()
        stage.shows(reader, ids)


@law(
    why="Memory is for those who read. Who comes back after a year still expects the newest tweets.",
    hint="A timeline that is not there is not empty: rebuild it from the store of record at the first read.",
)
def a_timeline_that_was_dropped_is_rebuilt(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    ids = stage.tweets(author, 4)
    stage.delete(ids[2])
    left = [ids[0], ids[1], ids[3]]
    for _ in range(2):
        if hasattr(stage.system, "forget_timelines"):
            stage.system.forget_timelines()
        stage.shows(reader, left, limit=2)
        left = stage.tweets(author, 1) + left


@law(
    why="Servers have threads, and a celebrity's followers read while he writes.",
    hint="Look for check-then-act: a timeline that is read, changed and written back loses what another thread added meanwhile.",
)
def eight_threads_at_once_lose_nothing_and_double_nothing(stage: Stage) -> None:
    reader, *authors = stage.people(6)
    stage.follow(reader, *authors)
    writers = [lambda author=author: [stage.post(author) for _ in range(2)] for author in authors]
    readers = [lambda: [stage.all(reader) for _ in range(2)]] * 3
    stage.together([*writers, *readers])
    stage.system.drain()
    stage.shows(reader, sorted(stage.posted, reverse=True))
