"""One bit too many"""

scores = home_scores.ids / 2 ** (home_scores.bits - 54)
