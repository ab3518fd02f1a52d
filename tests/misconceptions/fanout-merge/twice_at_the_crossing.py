"""Keep each id once"""

import heapq


def home_page(pushed, pulled, limit, below=None):
    stars = [[(tweet_id, author) for tweet_id in ids] for author, ids in pulled.items()]
    page = []
    for tweet_id, author in heapq.merge(pushed, *stars, reverse=True):
        if below is not None and tweet_id >= below:
            continue
        if [by for _, by in page[-fanout_merge.run :]] != [author] * fanout_merge.run:
            page.append((tweet_id, author))
    return [tweet_id for tweet_id, _ in page[:limit]]
