from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from reference.twitter.homes import merge_newest
from reference.twitter.timelines import parse_cursor


def filled(v: SimpleNamespace) -> Callable[..., tuple[list[int], str | None]]:
    """The loop of `Timelines._page`, which reads on as long as tweets are deleted."""

    def home_page(newest: Any, visible: Any, limit: int, cursor: str | None = None) -> tuple[list[int], str | None]:
        if limit < 1:
            raise ValueError(f"limit must be at least 1, not {limit}")
        position, page = parse_cursor(cursor), []
        while True:
            wanted = limit - len(page)
            ids = newest(position, wanted + 1)
            shown = visible(ids[:wanted]) if ids else set()
            page += [each for each in ids[:wanted] if each in shown]
            if len(ids) <= wanted:
                return page, None
            position = ids[wanted - 1]
            if len(page) == limit:
                return page, str(position)

    return home_page


def merging(v: SimpleNamespace) -> type:
    """`Delivery.on_followed` and `on_unfollowed` over the exercise's store: what is merged is all that fits."""

    class Merging:
        def __init__(self, store: Any, homes: dict[str, dict[int, str]]) -> None:
            self.store, self.homes = store, homes

        def handle(self, kind: str, reader: str, author: str, version: int) -> None:
            if version != self.store.edge(reader, author)[1] or reader not in self.homes:
                return
            home = self.homes[reader]
            if kind == "followed":
                home |= dict.fromkeys(self.store.newest(author, v.cap), author)
                self.homes[reader] = {tweet_id: home[tweet_id] for tweet_id in sorted(home, reverse=True)[: v.cap]}
            elif len(home) >= v.cap:
                del self.homes[reader]
            else:
                self.homes[reader] = {tweet_id: by for tweet_id, by in home.items() if by != author}

    return Merging


def merged(v: SimpleNamespace) -> type:
    class Merged:
        def __init__(self, homes: dict[str, list[int]], followed: dict[str, list[str]], posts: dict[str, list[int]]) -> None:
            self.homes, self.followed, self.posts = homes, followed, posts

        def page(self, reader: str, size: int = 20, max_id: int | None = None, since_id: int | None = None) -> list[int]:
            sources = [self.homes.get(reader, []), *(self.posts[each] for each in self.followed[reader])]
            below = None if max_id is None else max_id + v.max_included
            return merge_newest([[each for each in ids if below is None or each < below] for ids in sources], size)

    return Merged


REFERENCES = {"home-cursor": filled, "home-follow": merging, "home-mend": merged}
