"""Their newest ten are not enough"""


class MendedTimeline:
    def __init__(self, homes, followed, posts):
        self.homes, self.followed, self.posts = homes, followed, posts

    def page(self, reader, size=20, max_id=None, since_id=None):
        ids = set(self.homes.get(reader, []))
        for celebrity in self.followed[reader]:
            ids.update(self.posts[celebrity][:10])
        if max_id is not None:
            top = max_id if home_mend.max_included else max_id - 1
            ids = {tweet_id for tweet_id in ids if tweet_id <= top}
        if since_id is not None:
            ids = {tweet_id for tweet_id in ids if tweet_id > since_id}
        return sorted(ids, reverse=True)[:size]
