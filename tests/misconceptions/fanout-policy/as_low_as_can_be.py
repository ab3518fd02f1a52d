"""So many follows lead above so low a bar"""

policy = next(key for key, plan in fanout_policy.plans.items() if plan == ("low", "active"))
