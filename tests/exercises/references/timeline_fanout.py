from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from reference.twitter.fanout import AuthorFacts, Hybrid, RateOptimal, ReaderFacts, Route
from reference.twitter.homes import merge_newest


def merged(v: SimpleNamespace) -> Callable[..., list[int]]:
    def home_page(pushed: list[tuple[int, int]], pulled: dict[int, list[int]], limit: int, below: int | None = None) -> list[int]:
        sources = [[tweet_id for tweet_id, _ in pushed], *pulled.values()]
        return merge_newest([[each for each in ids if below is None or each < below] for ids in sources], limit)

    return home_page


def rate_optimal(v: SimpleNamespace) -> Callable[[str, float, float], str]:
    def route(history: str, push_cost: float, pull_cost: float) -> str:
        policy = RateOptimal(push_cost, pull_cost)
        author = AuthorFacts(0, tweets_per_day=history.count("t"))
        return policy.route(policy.classify(author), ReaderFacts(reads_per_day=history.count("r"))).value

    return route


def recorded(v: SimpleNamespace) -> type:
    """`Hybrid` with `delivery`'s order of fill and record, over the exercise's store."""
    policy = Hybrid(v.up)

    class Recorded:
        def __init__(self, store: Any, homes: Any, flags: dict[str, str]) -> None:
            self.store, self.homes, self.flags = store, homes, flags

        def pulled(self, author: str) -> bool:
            return policy.route(self.flags.get(author, "push"), ReaderFacts()) is Route.PULL

        def post(self, author: str, tweet_id: int) -> None:
            today = policy.classify(AuthorFacts(self.store.follower_count(author)))
            ids = self.store.newest(author, v.recent) if self.pulled(author) else [tweet_id]
            for follower in self.store.followers(author) if today == "push" else []:
                self.homes.add(follower, ids)
            self.flags[author] = today

        def home(self, reader: str, limit: int) -> list[int]:
            stars = [author for author in self.store.followees(reader) if self.pulled(author)]
            return merge_newest([self.homes.newest(reader, limit), *(self.store.newest(author, limit) for author in stars)], limit)

    return Recorded


REFERENCES = {"fanout-merge": merged, "fanout-edge": rate_optimal, "fanout-mend": recorded}
