"""Home timelines that are wrong in one way each, as published designs and first attempts have them. The contract must name the mistake.

`Sound` is right: a hybrid in plain Python with a threshold of 3 followers. The others change one thing of it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, NamedTuple

CAP, THRESHOLD, CROWD = 24, 3, 5


@dataclass
class Post:
    id: int
    author: int
    text: str
    deleted: bool = False


class Page(NamedTuple):
    items: list[Post]
    next_cursor: str | None


def locked(method: Any) -> Any:
    @wraps(method)
    def call(self: Any, *args: Any) -> Any:
        with self.lock:
            return method(self, *args)

    return call


class Sound:
    """Pushes to homes that are there, pulls celebrities by a recorded class, rebuilds what is missing."""

    def __init__(self, clock: Any) -> None:
        self.clock, self.lock = clock, threading.RLock()
        self.followees: dict[int, set[int]] = {}
        self.posts: dict[int, Post] = {}
        self.by_author: dict[int, list[int]] = {}
        self.homes: dict[int, list[int]] = {}
        self.celebrities: set[int] = set()
        self.waiting: list[tuple[Any, ...]] = []
        self.handled: list[tuple[Any, ...]] = []
        self.sequence = 0

    # — what users do —

    @locked
    def register(self, name: str) -> int:
        user = len(self.followees) + 1
        self.followees[user], self.by_author[user] = set(), []
        return user

    @locked
    def follow(self, follower: int, followee: int) -> None:
        self.followees[follower].add(followee)
        self.waiting.append((self.on_followed, follower, followee))

    @locked
    def unfollow(self, follower: int, followee: int) -> None:
        self.followees[follower].discard(followee)
        self.waiting.append((self.on_unfollowed, follower, followee))

    @locked
    def post(self, author: int, text: str) -> int:
        self.sequence += 1
        tweet_id = (self.clock.now_ns() // 1_000_000 - 1_288_834_974_657 << 22) + self.sequence
        self.posts[tweet_id] = Post(tweet_id, author, self.stored(text))
        self.by_author[author].append(tweet_id)
        self.waiting.append((self.on_posted, tweet_id, self.followers(author)))
        return tweet_id

    @locked
    def delete(self, tweet_id: int) -> None:
        self.posts[tweet_id].deleted = True

    @locked
    def drain(self) -> None:
        while self.waiting:
            handler, *arguments = event = self.waiting.pop(0)
            handler(*arguments)
            self.handled.append(event)

    @locked
    def redeliver(self) -> None:
        for handler, *arguments in list(self.handled):
            handler(*arguments)

    @locked
    def forget_timelines(self) -> None:
        self.homes.clear()

    @locked
    def home(self, user: int, limit: int = 20, cursor: str | None = None) -> Page:
        self.check_user(user)
        self.check_limit(limit)
        return self.page(self.visible(user, self.skeleton(user)), limit, self.position(cursor))

    # — what workers do —

    def on_posted(self, tweet_id: int, followers_then: list[int]) -> None:
        author = self.posts[tweet_id].author
        if len(self.followers(author)) >= THRESHOLD:
            self.celebrities.add(author)
            return
        if author in self.celebrities:
            self.cease(author)
            self.celebrities.discard(author)
        for follower in self.receivers(author, followers_then):
            self.put(follower, [tweet_id])

    def receivers(self, author: int, followers_then: list[int]) -> list[int]:
        return self.followers(author)

    def cease(self, author: int) -> None:
        for follower in self.followers(author):
            self.put(follower, self.by_author[author])

    def on_followed(self, follower: int, followee: int) -> None:
        if followee in self.followees[follower] and followee not in self.celebrities:
            self.put(follower, self.by_author[followee])

    def on_unfollowed(self, follower: int, followee: int) -> None:
        self.homes.pop(follower, None)

    def put(self, user: int, tweet_ids: Iterable[int]) -> None:
        if user in self.homes:
            self.homes[user] = self.trimmed({*self.homes[user], *tweet_ids})

    def trimmed(self, tweet_ids: Iterable[int]) -> list[int]:
        return sorted(tweet_ids, reverse=True)[:CAP]

    # — what a read does —

    def skeleton(self, user: int) -> list[int]:
        if user not in self.homes:
            self.homes[user] = self.rebuilt(user)
        return self.merged([self.homes[user], *(self.by_author[author] for author in self.pulled(user))])

    def rebuilt(self, user: int) -> list[int]:
        pushed = self.followees[user] - self.celebrities
        return self.trimmed(tweet_id for author in pushed for tweet_id in self.by_author[author])

    def pulled(self, user: int) -> list[int]:
        return [user, *(self.followees[user] & self.celebrities)]

    def merged(self, parts: list[list[int]]) -> list[int]:
        return self.trimmed({tweet_id for part in parts for tweet_id in part})

    def visible(self, user: int, tweet_ids: list[int]) -> list[int]:
        posts = (self.posts[tweet_id] for tweet_id in tweet_ids)
        return [post.id for post in posts if not post.deleted and post.author in {user, *self.followees[user]}]

    def page(self, tweet_ids: list[int], limit: int, position: int | None) -> Page:
        below = [tweet_id for tweet_id in tweet_ids if position is None or tweet_id < position]
        cursor = str(below[limit - 1]) if len(below) > limit else None
        return Page([self.posts[tweet_id] for tweet_id in below[:limit]], cursor)

    def followers(self, author: int) -> list[int]:
        return [user for user, followees in self.followees.items() if author in followees]

    def check_user(self, user: int) -> None:
        if user not in self.followees:
            raise LookupError(f"no user {user}")

    def check_limit(self, limit: int) -> None:
        if limit < 1:
            raise ValueError(f"limit must be >= 1, not {limit}")

    def position(self, cursor: str | None) -> int | None:
        if cursor is not None and not cursor.isdecimal():
            raise ValueError(f"not a cursor: {cursor!r}")
        return None if cursor is None else int(cursor)

    def stored(self, text: str) -> str:
        return text


class FloatScores(Sound):
    """Design E §8: `zadd(timeline, tweetId, tweetId)`, read on by score. Real sorted sets, so that the doubles are Redis's own."""

    def __init__(self, clock: Any) -> None:
        import fakeredis

        super().__init__(clock)
        self.redis = fakeredis.FakeRedis(decode_responses=True)

    def page(self, tweet_ids: list[int], limit: int, position: int | None) -> Page:
        self.redis.delete("timeline")
        if tweet_ids:
            self.redis.zadd("timeline", {str(tweet_id): tweet_id for tweet_id in tweet_ids})
        top = "+inf" if position is None else f"({position}"
        found = [int(each) for each in self.redis.zrevrangebyscore("timeline", top, "-inf", 0, limit + 1)]
        cursor = str(found[limit - 1]) if len(found) > limit else None
        return Page([self.posts[tweet_id] for tweet_id in found[:limit]], cursor)


class OffByOne(Sound):
    """ZREVRANGE timeline 0 limit: the stop index is included (design D: `ZREVRANGE timeline:{user_id} 0 20`)."""

    def page(self, tweet_ids: list[int], limit: int, position: int | None) -> Page:
        return super().page(tweet_ids, limit + 1, position)


class PageOffsets(Sound):
    """The cursor is how many tweets one has seen."""

    def page(self, tweet_ids: list[int], limit: int, position: int | None) -> Page:
        start = position or 0
        shown = tweet_ids[start : start + limit]
        return Page([self.posts[tweet_id] for tweet_id in shown], str(start + limit) if len(tweet_ids) > start + limit else None)


class NoDedupeAtTheThreshold(Sound):
    """Design A §8.1: `all_tweets = timeline_tweets + celebrity_tweets`, sorted."""

    def merged(self, parts: list[list[int]]) -> list[int]:
        return self.trimmed(tweet_id for part in parts for tweet_id in part)


class VanishesOnDemotion(Sound):
    """Below the threshold again the author is pushed, and what was pulled before is nowhere."""

    def cease(self, author: int) -> None:
        pass


class NoTrim(Sound):
    """Timelines grow for ever."""

    def trimmed(self, tweet_ids: Iterable[int]) -> list[int]:
        return sorted(tweet_ids, reverse=True)


class UnfollowLeavesTweets(Sound):
    """Unfollowing stops future deliveries, and that is all."""

    def on_unfollowed(self, follower: int, followee: int) -> None:
        pass

    def visible(self, user: int, tweet_ids: list[int]) -> list[int]:
        return [tweet_id for tweet_id in tweet_ids if not self.posts[tweet_id].deleted]


class UnfollowOnlyFilters(Sound):
    """The read filters by today's followees, but the trimmed timeline is not filled again."""

    def on_unfollowed(self, follower: int, followee: int) -> None:
        pass


class DeletedStillShown(Sound):
    """Timelines hold copies, and nobody takes them back (design B: content in user_timeline)."""

    def visible(self, user: int, tweet_ids: list[int]) -> list[int]:
        return [tweet_id for tweet_id in tweet_ids if self.posts[tweet_id].author in {user, *self.followees[user]}]


class ShortPages(Sound):
    """Cut first, filter afterwards: deleted tweets leave holes in the page."""

    def visible(self, user: int, tweet_ids: list[int]) -> list[int]:
        return [tweet_id for tweet_id in tweet_ids if self.posts[tweet_id].author in {user, *self.followees[user]}]

    def page(self, tweet_ids: list[int], limit: int, position: int | None) -> Page:
        items, cursor = super().page(tweet_ids, limit, position)
        return Page([post for post in items if not post.deleted], cursor)


class FollowDoesNotMerge(Sound):
    """A follow takes effect with the next tweet."""

    def on_followed(self, follower: int, followee: int) -> None:
        pass


class OwnTweetsByFanout(Sound):
    """One's own tweets come back by the same queue as everybody else's."""

    def pulled(self, user: int) -> list[int]:
        return [author for author in super().pulled(user) if author != user]

    def receivers(self, author: int, followers_then: list[int]) -> list[int]:
        return [author, *self.followers(author)]

    def on_posted(self, tweet_id: int, followers_then: list[int]) -> None:
        super().on_posted(tweet_id, followers_then)
        author = self.posts[tweet_id].author
        if author in self.celebrities:
            self.put(author, [tweet_id])

    def rebuilt(self, user: int) -> list[int]:
        delivered = {arguments[0] for handler, *arguments in self.handled if handler == self.on_posted}
        own = [tweet_id for tweet_id in self.by_author[user] if tweet_id in delivered]
        return self.trimmed([*super().rebuilt(user), *own])


class CachedPages(Sound):
    """Design A §10.1: pages are cached, and posting invalidates the *author's* cache; the followers' pages stay as they were."""

    TTL_S = 60

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.cache: dict[tuple[Any, ...], tuple[float, Page]] = {}

    def home(self, user: int, limit: int = 20, cursor: str | None = None) -> Page:
        key = (user, limit, cursor)
        until, page = self.cache.get(key, (0.0, None))
        if page is None or self.clock.now() > until:
            page = super().home(user, limit, cursor)
            self.cache[key] = (self.clock.now() + self.TTL_S, page)
        return page

    def post(self, author: int, text: str) -> int:
        self.invalidate(author)
        return super().post(author, text)

    def follow(self, follower: int, followee: int) -> None:
        self.invalidate(follower)
        super().follow(follower, followee)

    def unfollow(self, follower: int, followee: int) -> None:
        self.invalidate(follower)
        super().unfollow(follower, followee)

    def delete(self, tweet_id: int) -> None:
        super().delete(tweet_id)
        self.cache.clear()

    def invalidate(self, user: int) -> None:
        self.cache = {key: entry for key, entry in self.cache.items() if key[0] != user}


class SecondScores(Sound):
    """Designs D and E: the score is the Unix time in seconds; followees' lists are merged by it."""

    def skeleton(self, user: int) -> list[int]:
        lists = [sorted(self.by_author[author], reverse=True) for author in [user, *sorted(self.followees[user])]]
        return sorted((tweet_id for part in lists for tweet_id in part), key=self.second, reverse=True)[:CAP]

    def second(self, tweet_id: int) -> int:
        return (tweet_id >> 22) // 1000


class ListsNotSets(Sound):
    """Timelines as lists: LPUSH at every delivery."""

    def put(self, user: int, tweet_ids: Iterable[int]) -> None:
        if user in self.homes:
            self.homes[user] = self.trimmed([*self.homes[user], *tweet_ids])

    def on_followed(self, follower: int, followee: int) -> None:
        if followee in self.followees[follower] and followee not in self.celebrities:
            missing = set(self.by_author[followee]) - set(self.homes.get(follower, []))
            self.put(follower, missing)

    def on_unfollowed(self, follower: int, followee: int) -> None:
        if len(self.homes.get(follower, [])) >= CAP:
            del self.homes[follower]
        elif follower in self.homes:
            self.homes[follower] = [tweet_id for tweet_id in self.homes[follower] if self.posts[tweet_id].author != followee]

    def cease(self, author: int) -> None:
        for follower in self.followers(author):
            self.put(follower, set(self.by_author[author][:-1]) - set(self.homes.get(follower, [])))

    def merged(self, parts: list[list[int]]) -> list[int]:
        home, *pulled = parts
        return self.trimmed([*home, *({tweet_id for part in pulled for tweet_id in part} - set(home))])


class AbsentMeansEmpty(Sound):
    """A timeline that Redis has lost, or that was swept, is taken for an empty one."""

    def register(self, name: str) -> int:
        user = super().register(name)
        self.homes[user] = []
        return user

    def on_unfollowed(self, follower: int, followee: int) -> None:
        self.homes[follower] = super().rebuilt(follower)

    def rebuilt(self, user: int) -> list[int]:
        return []


class DeliversToFollowersOfThen(Sound):
    """The event carries the followers; follow and unfollow take effect at once, before the events that wait (design C: parallel queues)."""

    def follow(self, follower: int, followee: int) -> None:
        super().follow(follower, followee)
        self.on_followed(follower, followee)

    def unfollow(self, follower: int, followee: int) -> None:
        super().unfollow(follower, followee)
        self.waiting.pop()
        if follower in self.homes:
            self.homes[follower] = self.rebuilt(follower)

    def receivers(self, author: int, followers_then: list[int]) -> list[int]:
        return followers_then

    def visible(self, user: int, tweet_ids: list[int]) -> list[int]:
        return [tweet_id for tweet_id in tweet_ids if not self.posts[tweet_id].deleted]


class UnknownUserIsEmpty(Sound):
    """Whoever is not there has an empty timeline."""

    def home(self, user: int, limit: int = 20, cursor: str | None = None) -> Page:
        return super().home(user, limit, cursor) if user in self.followees else Page([], None)


class AnyLimit(Sound):
    """Slices take any number."""

    def check_limit(self, limit: int) -> None:
        pass


class AnyCursor(Sound):
    """A cursor that cannot be parsed begins at the top."""

    def position(self, cursor: str | None) -> int | None:
        return int(cursor) if cursor and cursor.isdecimal() else None


class CutsBytes(Sound):
    """VARCHAR(280), counted in bytes."""

    def stored(self, text: str) -> str:
        return text.encode()[:280].decode(errors="ignore")
