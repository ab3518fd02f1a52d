"""To deliver is what `work` is for"""

from typing import Any


class MendedHome:
    def __init__(self, store: Any, pages: Any, events: Any) -> None:
        self.store, self.pages, self.events = store, pages, events

    def post(self, author: str, tweet_id: int) -> None:
        self.store.keep(author, tweet_id)
        self.events.append((author, tweet_id))
        self.pages.delete(author)
        self.work()

    def work(self) -> None:
        while self.events:
            author, tweet_id = self.events.popleft()
            for follower in self.store.followers(author):
                self.store.deliver(follower, tweet_id)
                self.pages.delete(follower)

    def home(self, reader: str) -> list[int]:
        page = self.pages.get(reader)
        if page is None:
            own = self.store.tweets_of(reader)[: requirements_mend.most_own]
            page = sorted([*own, *self.store.timeline(reader)], reverse=True)[: requirements_mend.page_size]
            self.pages.put(reader, page, ttl_s=3_600)
        return page
