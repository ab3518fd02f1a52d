"""the tail is made of misses"""

remedy = next(key for key, (kind, _) in latency_tail.plans.items() if kind == "cache")
