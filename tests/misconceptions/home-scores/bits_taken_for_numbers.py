"""Bits are not numbers"""

scores = home_scores.ids / (home_scores.bits - 53)
