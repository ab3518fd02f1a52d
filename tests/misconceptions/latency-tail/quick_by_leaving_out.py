"""the page needs them all"""

remedy = next(key for key, (kind, _) in latency_tail.plans.items() if kind == "partial")
