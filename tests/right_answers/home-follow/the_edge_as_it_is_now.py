"""Events only wake the worker: whatever they say, it brings the timeline to the edge as it is now."""

from typing import Any


class Timelines:
    def __init__(self, store: Any, homes: dict[str, dict[int, str]]) -> None:
        self.store, self.homes = store, homes

    def handle(self, kind: str, reader: str, author: str, version: int) -> None:
        if reader not in self.homes:
            return
        home = self.homes[reader]
        if self.store.edge(reader, author)[0]:
            home |= dict.fromkeys(self.store.newest(author, home_follow.merge), author)
            self.homes[reader] = {tweet_id: home[tweet_id] for tweet_id in sorted(home)[-home_follow.cap :]}
        elif author in home.values():
            full = len(home) == home_follow.cap
            kept = {tweet_id: by for tweet_id, by in home.items() if by != author}
            self.homes[reader] = self.store.newest_of_all(reader, home_follow.cap) if full else kept
