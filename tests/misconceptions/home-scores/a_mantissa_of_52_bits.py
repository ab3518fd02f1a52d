"""One bit too few"""

scores = home_scores.ids / 2 ** (home_scores.bits - 52)
