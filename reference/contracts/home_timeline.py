"""What a home timeline must show, whoever wrote it and whether it pushes, pulls or does both.

    report = home_timeline.check(lambda clock: MyTwitter(clock), cap=800, crowd=10)

The object made is a `TimelineSystem` (see home_timeline_stage.py). Here: what a page shows, and how pages follow one another;
`home_timeline_changes` holds the laws of a changing graph. Several of them are what Mastodon's specification of FeedManager asserts.
"""

from __future__ import annotations

from collections.abc import Callable

from reference.contracts import home_timeline_changes
from reference.contracts.home_timeline_stage import MIN_CAP, Promise, Stage, SystemFactory
from reference.contracts.report import Broken, Contract, Report
from reference.twitter.clock import ManualClock
from reference.twitter.errors import require_int

contract: Contract[Promise] = Contract("home timeline")
BURST = 620  # ids of one worker-millisecond near 2^61 collapse to 3 distinct doubles
UNKNOWN_USER = 987_654_321


def check(
    factory: SystemFactory, *, cap: int = 800, crowd: int = 6, clock: ManualClock | None = None, deadline_s: float = 20.0
) -> Report:
    """Judge what `factory(clock)` makes; it is called for each behaviour and may return the same system again.

    `cap` (≥ 12): tweets that a timeline serves; `crowd` (≥ 1): a number of followers beyond the celebrity threshold, if there is one.
    `clock`: the ManualClock to use (None: a new one). At most `deadline_s` for each behaviour.
    """
    require_int("cap", cap, MIN_CAP)
    require_int("crowd", crowd, 1)
    return contract.run(Promise(factory, cap, crowd, clock or ManualClock()), deadline_s=deadline_s)


def law(why: str, hint: str) -> Callable[[Callable[[Stage], None]], Callable[[Stage], None]]:
    return home_timeline_changes.law_of(contract, why, hint)


@law(
    why="It is what a home timeline is for.",
    hint="On a post, put the tweet's id into the timeline of each follower, or merge the followees' tweets at read time.",
)
def a_followees_tweet_is_shown(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    stage.shows(reader, stage.tweets(author, 1))


@law(
    why="Follows have a direction: being followed does not fill one's timeline.",
    hint="Deliver along follower → followee only: who follows the author reads the tweet.",
)
def strangers_and_followers_are_not_shown(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    stage.tweets(reader, 1)
    stage.tweets(stage.person(), 1)
    stage.shows(author, [])


@law(
    why="A writer who does not see the tweet he has just posted posts it again.",
    hint="Read your own writes: show one's own tweets from one's own list, without waiting for the fanout to deliver them.",
)
def ones_own_tweet_is_shown_at_once(stage: Stage) -> None:
    author, other = stage.people(2)
    stage.follow(author, other)
    stage.page(author)
    tweet_id = stage.post(author)  # and no drain
    stage.shows(author, [tweet_id])
    stage.system.drain()
    stage.shows(author, [tweet_id])


@law(why="A timeline is read from the top.", hint="Sort by tweet id, descending: Snowflake ids order by time.")
def newest_first(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    stage.shows(reader, stage.tweets(author, 4))


@law(
    why="A conversation happens within seconds; with answers above questions nobody can follow it.",
    hint="Timestamps in whole seconds do not order tweets of the same second: merge by id (or by milliseconds, then id).",
)
def tweets_of_one_second_keep_their_order(stage: Stage) -> None:
    reader, one, other = stage.people(3)
    stage.follow(reader, one, other)
    stage.clock.advance(1 - stage.clock.now() % 1)
    ids = [stage.post(author, pause_s=0.05) for author in (one, other) * 4]
    stage.system.drain()
    stage.shows(reader, ids[::-1], limit=3)


@law(
    why="Clients lay out what they asked for; one more shifts every page after it.",
    hint="ZREVRANGE and its kin include the stop index: `limit` entries are 0 … limit - 1.",
)
def a_page_holds_limit_tweets(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    ids = stage.tweets(author, 6)
    for limit in (1, 4):
        got = stage.page(reader, limit)[0]
        if len(got) != limit:
            raise Broken(f"a page of {limit} (of 6 tweets)", f"{len(got)} tweets: {stage.names(got)}")
        stage.same(ids[:limit], got)


@law(
    why="A tweet between two pages is never read.",
    hint="Begin the next page right below the last tweet of this one, whichever followee it came from.",
)
def pages_neither_skip_nor_repeat(stage: Stage) -> None:
    reader, one, other = stage.people(3)
    stage.follow(reader, one, other)
    ids = [stage.post(author) for author in (one, one, other, one, other, other, other, one, other)][::-1]
    stage.system.drain()
    for limit in (1, 4, 9):
        stage.shows(reader, ids, limit)


@law(
    why="While one reads page 1 the world goes on: with page numbers every new tweet pushes an old one onto the next page again.",
    hint="Page by a cursor (the last id seen) and not by an offset or page number.",
)
def new_tweets_do_not_shift_the_pages(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    ids = stage.tweets(author, 8)
    first, cursor = stage.page(reader, 3)
    stage.tweets(author, 2)
    stage.same(ids, first + stage.rest(reader, 3, cursor))


@law(
    why="With page numbers a deletion pulls a tweet onto the page one has already read: nobody ever sees it.",
    hint="The cursor is an id to read below. The tweet that it names may be gone; the position remains.",
)
def deletions_do_not_shift_the_pages(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    ids = stage.tweets(author, 8)
    first, cursor = stage.page(reader, 3)
    stage.delete(ids[0], ids[2], ids[4])
    stage.same([tweet_id for tweet_id in ids if tweet_id != ids[4]], first + stage.rest(reader, 3, cursor))


@law(
    why="Redis scores are doubles with 53 bits: near 2^61 ids are 256 apart. Paging by such a score loses most of a burst, or never ends.",
    hint="Keep ids as members with score 0 and page by ZREVRANGEBYLEX; or score milliseconds, read inclusively, filter id < cursor.",
)
def a_burst_of_one_millisecond_is_paged_without_loss(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    ids = stage.tweets(author, min(BURST, stage.cap - 2), pause_s=0)
    for limit in (7, min(100, stage.cap)):
        stage.shows(reader, ids, limit)


@law(
    why="Somebody who opened the app a minute ago sees yesterday's world until the cache expires.",
    hint="A cached page must be dropped when a tweet arrives, for followers too; or cache ids and read them each time.",
)
def a_new_tweet_is_shown_although_the_page_was_read_before(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    ids = stage.tweets(author, 1)
    stage.shows(reader, ids)
    stage.shows(reader, stage.tweets(author, 1) + ids)


@law(
    why="Memory is bounded by the cap; and what one policy trims another must not go on serving.",
    hint="Keep the newest `cap` ids (ZREMRANGEBYRANK after a delivery), count own and pulled ones too, and end the pages there.",
)
def the_newest_cap_tweets_are_served_and_then_the_pages_end(stage: Stage) -> None:
    reader, one, other = stage.people(3)
    stage.follow(reader, one, other)
    ids = [stage.post(author) for _ in range(stage.cap // 3 + 2) for author in (one, other, reader)][::-1]
    stage.system.drain()
    for limit in (5, stage.cap):
        stage.shows(reader, ids[: stage.cap], limit)


@law(why="Every account begins so.", hint="No followee and no tweet: an empty page without a cursor, not an error.")
def an_empty_timeline_is_an_empty_page(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    for user in (reader, author):
        items, cursor = stage.items(user)
        if items or cursor is not None:
            raise Broken("an empty page without a next cursor", f"{len(items)} tweets and the cursor {cursor!r}")


@law(
    why="An empty timeline for somebody who does not exist hides every mistake in a caller.",
    hint="Look the user up and raise NotFound (a LookupError) that names the id.",
)
def an_unknown_user_is_an_error(stage: Stage) -> None:
    stage.refuses(lambda: stage.items(UNKNOWN_USER), (LookupError, ValueError), UNKNOWN_USER, "user")


@law(
    why="limit=-1 reads everything (Redis counts negative indexes from the end), and limit=0 makes clients ask for ever.",
    hint="Check the limit before reading: at least 1; say the value and the range in the error.",
)
def a_limit_below_one_is_an_error(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    stage.tweets(author, 1)
    for limit in (0, -1):
        stage.refuses(lambda limit=limit: stage.items(reader, limit), (ValueError,), limit, "limit")  # type: ignore[misc]


@law(
    why="Cursors travel through URLs and old apps. One that is not understood must not silently begin at the top.",
    hint="Parse the cursor strictly and raise InvalidInput (a ValueError) that shows it.",
)
def a_cursor_that_no_page_returned_is_an_error(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    stage.tweets(author, 1)
    for cursor in ("page-2", "12; DROP", "-5"):
        stage.refuses(lambda cursor=cursor: stage.items(reader, 10, cursor), (ValueError,), cursor, "cursor")  # type: ignore[misc]


@law(
    why="Most of the world does not write ASCII, and 280 characters are not 280 bytes.",
    hint="Store text as Unicode and count characters, not bytes; an emoji family is several code points.",
)
def text_of_any_script_arrives_unchanged(stage: Stage) -> None:
    reader, author = stage.reader_and_author()
    texts = ["漢" * 280, "👩‍👩‍👧‍👦 हिन्दी العربية", "naïve café\nsecond line"]
    for text in texts:
        stage.post(author, text)
    stage.system.drain()
    got = [item.text for item in stage.items(reader)[0]]
    if got != texts[::-1]:
        raise Broken("the three texts as posted, newest first", f"{got!r}"[:200])


contract.behaviours.extend(home_timeline_changes.contract)
