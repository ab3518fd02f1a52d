"""A full timeline without a tweet of the author is left alone, and one that held some is dropped."""

from typing import Any


class Timelines:
    def __init__(self, store: Any, homes: dict[str, dict[int, str]]) -> None:
        self.store, self.homes = store, homes

    def handle(self, kind: str, reader: str, author: str, version: int) -> None:
        home = self.homes.get(reader)
        if home is None or version < self.store.edge(reader, author)[1]:
            return
        theirs = [tweet_id for tweet_id, by in home.items() if by == author]
        if kind == "followed":
            for tweet_id in self.store.newest(author, home_follow.merge):
                home[tweet_id] = author
            while len(home) > home_follow.cap:
                del home[min(home)]
        elif theirs and len(home) == home_follow.cap:
            del self.homes[reader]
        else:
            for tweet_id in theirs:
                del home[tweet_id]
