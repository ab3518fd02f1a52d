"""Still a celebrity"""


class MendedFanout:
    def __init__(self, store, homes, flags):
        self.store, self.homes, self.flags = store, homes, flags

    def post(self, author, tweet_id):
        count = self.store.follower_count(author)
        was_pulled = self.flags.get(author) == "pull"
        if count >= (fanout_mend.down + 1 if was_pulled else fanout_mend.up):
            self.flags[author] = "pull"
            return
        ids = self.store.newest(author, fanout_mend.recent) if was_pulled else [tweet_id]
        for follower in self.store.followers(author):
            self.homes.add(follower, ids)
        self.flags[author] = "push"

    def home(self, reader, limit):
        ids = set(self.homes.newest(reader, limit))
        for followee in self.store.followees(reader):
            if self.flags.get(followee) == "pull":
                ids.update(self.store.newest(followee, limit))
        return sorted(ids, reverse=True)[:limit]
