"""A bucket promises capacity + rate × time"""

limit = next(key for key, proposed in limit_promise.limits.items() if proposed["kind"] == "bucket")
