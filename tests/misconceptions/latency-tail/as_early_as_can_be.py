"""A hedge has to wait until the usual reads are in"""

hedges = {after: key for key, (kind, after) in latency_tail.plans.items() if kind == "hedge"}
remedy = hedges[min(hedges)]
