"""Each its own score"""

scores = home_scores.ids
