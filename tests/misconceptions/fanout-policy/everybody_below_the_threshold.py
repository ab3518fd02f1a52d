"""Most go to timelines that nobody opens"""

policy = next(key for key, plan in fanout_policy.plans.items() if plan == ("middle", "all"))
