"""Two bursts meet at the edge"""

limit = next(key for key, proposed in limit_promise.limits.items() if proposed["kind"] == "window")
