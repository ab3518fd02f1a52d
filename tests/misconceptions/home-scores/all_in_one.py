"""too low"""

scores = 1
