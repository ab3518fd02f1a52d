"""it would be refused"""

limit = next(key for key, proposed in limit_promise.limits.items() if proposed["kind"] == "small bucket")
