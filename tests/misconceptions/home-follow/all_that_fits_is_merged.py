"""The newest `merge` of the author, no more"""


class Timelines:
    def __init__(self, store, homes):
        self.store, self.homes = store, homes

    def handle(self, kind, reader, author, version):
        if version != self.store.edge(reader, author)[1] or reader not in self.homes:
            return
        home = self.homes[reader]
        if kind == "followed":
            home.update(dict.fromkeys(self.store.newest(author, home_follow.cap), author))
            self.homes[reader] = {tweet_id: home[tweet_id] for tweet_id in sorted(home, reverse=True)[: home_follow.cap]}
            return
        kept = {tweet_id: by for tweet_id, by in home.items() if by != author}
        was_full = len(home) == home_follow.cap
        self.homes[reader] = self.store.newest_of_all(reader, home_follow.cap) if was_full else kept
