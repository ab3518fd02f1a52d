"""The read path, one for all fanout policies: skeleton → hydrate → filter → page.

Every policy serves the same thing: the newest `cap` tweets of oneself and of whom one follows. Beyond that the pages end.
The order of the four steps is that of Bluesky's getTimeline (skeleton, hydration, rules, presentation).
"""

from __future__ import annotations

from collections.abc import Sequence

from reference.twitter.accounts import Accounts
from reference.twitter.activity import Activity
from reference.twitter.delivery import Classifier
from reference.twitter.errors import InvalidInput, NotFound, Unavailable, require_int
from reference.twitter.fanout import ReaderFacts, Route
from reference.twitter.graph import Graph
from reference.twitter.homes import (
    BUILD_ATTEMPTS,
    ID_DIGITS,
    IdTimelines,
    Source,
    SourcePage,
    ids_at_or_above,
    merge_newest,
    read_sources,
)
from reference.twitter.model import MAX_TWEET_ID, Page, Tweet
from reference.twitter.tweet_store import TweetStore

DEFAULT_LIMIT = 20


class Timelines:
    """Home and user timelines. A cursor is the id of the last tweet that a page looked at, as decimal text."""

    def __init__(
        self,
        classifier: Classifier,
        accounts: Accounts,
        graph: Graph,
        tweets: TweetStore,
        homes: IdTimelines,
        authors: IdTimelines,
        activity: Activity,
    ) -> None:
        self.classifier, self.policy = classifier, classifier.policy
        self.accounts, self.graph, self.tweets = accounts, graph, tweets
        self.homes, self.authors, self.activity = homes, authors, activity
        self.cap = homes.cap

    def home(self, user_id: int, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[Tweet]:
        """One page of the home timeline, newest first: own tweets and those of followees.

        limit: 1 … cap (20 at least). Pages neither repeat nor skip a tweet while new ones arrive and others are deleted.
        Raises InvalidInput (limit, cursor), NotFound (user). A dormant reader's timeline is rebuilt first.
        """
        require_int("limit", limit, 1, max(self.cap, DEFAULT_LIMIT))
        position = parse_cursor(cursor)
        followees = self.graph.followee_ids(user_id)
        if not followees and not self.accounts.get_many([user_id]):
            raise NotFound(f"no user {user_id}")
        self.activity.touch(user_id)
        return self._page(self._sources(user_id, followees), {*followees, user_id}, limit, position)

    def user(self, author_id: int, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[Tweet]:
        """One page of an author's own tweets, newest first; raises as `home`."""
        require_int("limit", limit, 1, max(self.cap, DEFAULT_LIMIT))
        position = parse_cursor(cursor)
        if not self.accounts.get_many([author_id]):
            raise NotFound(f"no user {author_id}")
        return self._page([(self.authors, author_id)], {author_id}, limit, position)

    def warm(self, user_ids: Sequence[int]) -> None:
        """Build the home timelines of these readers now, instead of at their next read."""
        for user_id in user_ids:
            self._build_home(user_id)

    def sweep(self, limit: int = 1000) -> int:
        """Drop the timelines of up to `limit` readers who have not read within the activity window; how many were dropped."""
        dormant = self.activity.dormant(limit)
        self.homes.drop(dormant)
        self.activity.forget(dormant)
        return len(dormant)

    # — skeleton —

    def _sources(self, user_id: int, followees: list[int]) -> list[Source]:
        """The home timeline (if anything is pushed to it), the authors to pull, and oneself: so one reads one's own writes at once."""
        routes = self._routes(user_id, followees)
        pulled = [author for author in followees if routes.get(author) is Route.PULL]
        home = [(self.homes, user_id)] if len(pulled) < len(followees) else []
        return [*home, *((self.authors, author) for author in [*pulled, user_id])]

    def _routes(self, user_id: int, followees: list[int]) -> dict[int, Route]:
        classes = self.classifier.classes(followees)
        facts = ReaderFacts()
        if self.policy.reader_facts:
            facts = ReaderFacts(reads_per_day=self.classifier.registry.read_rates([user_id]).get(user_id, 1.0))
        return {author: self.policy.route(author_class, facts) for author, author_class in classes.items()}

    def _skeleton(self, sources: list[Source], authors: set[int], position: int | None, count: int) -> list[int]:
        """Up to `count` ids below `position`, none beyond the newest `cap` of `authors` together."""
        pages = self._read_live(sources, position, count)
        ids = merge_newest((page.ids for page in pages), count)
        newer = sum(page.newer for page in pages)  # 0 on the first page; who is both pushed and pulled is counted twice
        return ids if newer + count <= self.cap else self._within_cap(sources, authors, position, ids)

    def _within_cap(self, sources: list[Source], authors: set[int], position: int | None, ids: list[int]) -> list[int]:
        """`ids` up to the end of the newest `cap`, counted exactly; only asked near the end.

        Who is both pushed and pulled counts once, and whom one has just unfollowed takes nobody's place, although the worker has
        not removed him yet.
        """
        above = [] if position is None else sorted(ids_at_or_above(sources, position))
        ours = {tweet.id for tweet in self.tweets.get_many([*above, *ids]).values() if tweet.author_id in authors}
        taken = len(ours.intersection(above))
        for index, tweet_id in enumerate(ids):
            if taken == self.cap:
                return ids[:index]
            taken += tweet_id in ours
        return ids

    def _read_live(self, sources: list[Source], position: int | None, count: int) -> list[SourcePage]:
        """Read all sources in one round trip; those that are not live are built from the store and read again.

        Unavailable when they are dropped again and again before they can be read.
        """
        for _ in range(BUILD_ATTEMPTS):
            pages = read_sources(sources, position, count)
            cold = [source for source, page in zip(sources, pages, strict=True) if not page.live]
            if not cold:
                return pages
            self._build(cold)
        raise Unavailable(f"{len(cold)} timelines were dropped {BUILD_ATTEMPTS} times before they could be read")

    def _build(self, cold: list[Source]) -> None:
        for timelines, owner in cold:
            if timelines is self.homes:
                self._build_home(owner)
        authors = [owner for timelines, owner in cold if timelines is self.authors]
        if authors:
            self.authors.build_many(authors, lambda owners: self.tweets.recent_ids(list(owners), self.cap))

    def _build_home(self, user_id: int) -> None:
        """Load the newest ids of *all* followees from the store of record, pulled ones too.

        An author whose class is just turning to push may have been filled into everybody's timeline but this one, which
        was not live then: only what the build itself loads can make up for it. Who is pulled as well is merged once.
        """
        self.homes.build(user_id, lambda: self.tweets.newest_ids(self.graph.followee_ids(user_id), self.cap))

    # — hydrate, filter, page —

    def _page(self, sources: list[Source], visible_authors: set[int], limit: int, position: int | None) -> Page[Tweet]:
        items: list[Tweet] = []
        while True:
            wanted = limit - len(items)
            ids = self._skeleton(sources, visible_authors, position, wanted + 1)
            items += self._visible(ids[:wanted], visible_authors)
            if len(ids) <= wanted:
                return Page(items)
            position = ids[wanted - 1]
            if len(items) == limit:
                return Page(items, str(position))

    def _visible(self, ids: list[int], visible_authors: set[int]) -> list[Tweet]:
        """Hydrate, then leave out what was deleted and whom one does not follow any more."""
        tweets = self.tweets.get_many(ids)
        found = (tweets[tweet_id] for tweet_id in ids if tweet_id in tweets)
        return [tweet for tweet in found if not tweet.deleted and tweet.author_id in visible_authors]


def parse_cursor(cursor: str | None) -> int | None:
    """The id in a cursor; InvalidInput for anything that no page ever returned."""
    if cursor is None:
        return None
    well_formed = isinstance(cursor, str) and cursor.isascii() and cursor.isdecimal() and len(cursor) <= ID_DIGITS
    if not well_formed or not 0 < int(cursor) <= MAX_TWEET_ID:
        raise InvalidInput(f"cursor must be the next_cursor of a page (a decimal id), not {cursor!r}")
    return int(cursor)
