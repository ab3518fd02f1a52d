"""The right place to look, but the change is too small"""

now = estimation_flip.daily_users * estimation_flip.loads / estimation_flip.tweets_per_day
small = "visits" if now / estimation_flip.posts < 2 else "posts"
change = next(key for key, kind in estimation_flip.kinds.items() if kind == small)
