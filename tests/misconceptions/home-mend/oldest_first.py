"""the other way round: the newest"""


class MendedTimeline:
    """Design D's page query, mended: by ids instead of page numbers."""

    def __init__(self, homes: dict[str, list[int]], followed: dict[str, list[str]], posts: dict[str, list[int]]) -> None:
        self.homes, self.followed, self.posts = homes, followed, posts

    def page(self, reader: str, size: int = 20, max_id: int | None = None, since_id: int | None = None) -> list[int]:
        """The newest `size` ids between the two bounds, newest first, each once."""
        # Delete the `raise` line when you have written what belongs here.
        ids = set(self.homes.get(reader, []))
        for celebrity in self.followed[reader]:
            ids.update(self.posts[celebrity])
        if max_id is not None:
            top = max_id if home_mend.max_included else max_id - 1
            ids = {tweet_id for tweet_id in ids if tweet_id <= top}
        if since_id is not None:
            ids = {tweet_id for tweet_id in ids if tweet_id > since_id}
        return sorted(ids)[-size:]
