"""Your stretch begins with a window"""

most_calls = limit_edge.limit * -(-limit_edge.stretch_min // limit_edge.window_min)
