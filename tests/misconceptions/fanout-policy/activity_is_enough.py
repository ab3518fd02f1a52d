"""Activity thins a fanout out, and does not bound it"""

policy = next(key for key, plan in fanout_policy.plans.items() if plan == ("none", "active"))
