"""No page numbers"""


class MendedTimeline:
    def __init__(self, homes, followed, posts):
        self.homes, self.followed, self.posts = homes, followed, posts

    def page(self, reader, size=20, max_id=None, since_id=None):
        ids = self.homes[reader][:size]
        for celebrity in self.followed[reader]:
            ids += self.posts[celebrity][:10]
        return sorted(ids, reverse=True)[:size]
