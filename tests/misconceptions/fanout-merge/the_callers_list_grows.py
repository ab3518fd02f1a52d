"""`.extend()`"""


def home_page(pushed, pulled, limit, below=None):
    for author, ids in pulled.items():
        pushed.extend((tweet_id, author) for tweet_id in ids)
    page = []
    for tweet_id, author in sorted(set(pushed), reverse=True):
        if below is not None and tweet_id >= below:
            continue
        if [by for _, by in page[-fanout_merge.run :]] != [author] * fanout_merge.run:
            page.append((tweet_id, author))
    return [tweet_id for tweet_id, _ in page[:limit]]
