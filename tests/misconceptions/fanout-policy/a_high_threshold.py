"""The largest account that is pushed needs"""

policy = next(key for key, plan in fanout_policy.plans.items() if plan == ("high", "active"))
