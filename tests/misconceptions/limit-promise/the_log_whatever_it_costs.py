"""The log is exact, and pays for it"""

limit = next(key for key, proposed in limit_promise.limits.items() if proposed["kind"] == "log")
