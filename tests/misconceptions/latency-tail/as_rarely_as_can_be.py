"""It is noticed so late"""

hedges = {after: key for key, (kind, after) in latency_tail.plans.items() if kind == "hedge"}
remedy = hedges[max(hedges)]
