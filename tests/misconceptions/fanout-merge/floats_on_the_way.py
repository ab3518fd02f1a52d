"""Ids do not survive as floats"""

import numpy as np


def home_page(pushed, pulled, limit, below=None):
    author_of = dict(pushed)
    for author, ids in pulled.items():
        author_of.update(dict.fromkeys(ids, author))
    page = []
    for tweet_id in np.sort(np.array(list(author_of), dtype=float))[::-1]:
        tweet_id = int(tweet_id)
        if (below is not None and tweet_id >= below) or tweet_id not in author_of:
            continue
        last = [author_of[shown] for shown in page[-fanout_merge.run :]]
        if last != [author_of[tweet_id]] * fanout_merge.run:
            page.append(tweet_id)
    return page[:limit]
