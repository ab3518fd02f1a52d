"""Apply `below` to *every* source"""


def home_page(pushed, pulled, limit, below=None):
    author_of = {tweet_id: author for tweet_id, author in pushed if below is None or tweet_id < below}
    for author, ids in pulled.items():
        author_of.update(dict.fromkeys(ids, author))
    page = []
    for tweet_id in sorted(author_of, reverse=True):
        last = [author_of[shown] for shown in page[-fanout_merge.run :]]
        if last != [author_of[tweet_id]] * fanout_merge.run:
            page.append(tweet_id)
    return page[:limit]
