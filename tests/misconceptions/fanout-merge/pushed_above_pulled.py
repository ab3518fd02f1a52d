"""Both parts are sorted, their sum is not"""


def home_page(pushed, pulled, limit, below=None):
    author_of = dict(pushed)
    for author, ids in pulled.items():
        author_of.update(dict.fromkeys(ids, author))
    page = []
    for tweet_id in author_of:
        if below is not None and tweet_id >= below:
            continue
        if len(page) == limit:
            break
        last = [author_of[shown] for shown in page[-fanout_merge.run :]]
        if last != [author_of[tweet_id]] * fanout_merge.run:
            page.append(tweet_id)
    return page
