"""Leave out first, then cut"""


def home_page(pushed, pulled, limit, below=None):
    author_of = dict(pushed)
    for author, ids in pulled.items():
        author_of.update(dict.fromkeys(ids, author))
    newest = sorted((each for each in author_of if below is None or each < below), reverse=True)[:limit]
    page = []
    for tweet_id in newest:
        last = [author_of[shown] for shown in page[-fanout_merge.run :]]
        if last != [author_of[tweet_id]] * fanout_merge.run:
            page.append(tweet_id)
    return page
