"""if as many as may stand in a row are all by this author"""

import heapq


def home_page(pushed, pulled, limit, below=None):
    page = []
    for tweet_id in heapq.merge([each for each, _ in pushed], *pulled.values(), reverse=True):
        if (below is None or tweet_id < below) and tweet_id not in page:
            page.append(tweet_id)
    return page[:limit]
