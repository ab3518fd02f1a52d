"""That is a token bucket's promise"""

most_calls = limit_edge.limit * (1 + limit_edge.stretch_min / limit_edge.window_min)
