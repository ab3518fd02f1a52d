"""Take of *every* source what lies within the bounds"""


class MendedTimeline:
    def __init__(self, homes, followed, posts):
        self.homes, self.followed, self.posts = homes, followed, posts

    def page(self, reader, size=20, max_id=None, since_id=None):
        top = float("inf") if max_id is None else max_id + home_mend.max_included
        ids = {each for each in self.homes.get(reader, []) if each < top and (since_id is None or each > since_id)}
        for celebrity in self.followed[reader]:
            ids.update(self.posts[celebrity])
        return sorted(ids, reverse=True)[:size]
