"""readers turn up to"""

plan = min(home_keep.plans, key=lambda key: home_keep.plans[key][1])
