"""takes the calls of the last hour for evenly spread"""

limit = next(key for key, proposed in limit_promise.limits.items() if proposed["kind"] == "counter")
