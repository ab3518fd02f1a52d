"""Write the author's class into `flags` when they post"""


class MendedFanout:
    def __init__(self, store, homes, flags):
        self.store, self.homes, self.flags = store, homes, flags

    def post(self, author, tweet_id):
        if self.store.follower_count(author) < fanout_mend.up:
            for follower in self.store.followers(author):
                self.homes.add(follower, [tweet_id])

    def home(self, reader, limit):
        ids = self.homes.newest(reader, limit)
        for followee in self.store.followees(reader):
            if self.flags.get(followee) == "celebrity":
                ids += self.store.newest(followee, limit)
        return sorted(ids, reverse=True)[:limit]
