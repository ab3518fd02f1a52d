"""That is one window's worth"""

most_calls = limit_edge.limit
