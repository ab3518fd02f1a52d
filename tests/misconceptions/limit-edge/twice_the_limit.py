"""That is twice the limit, one edge"""

most_calls = 2 * limit_edge.limit
