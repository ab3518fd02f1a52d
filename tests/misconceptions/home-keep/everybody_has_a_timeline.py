"""Most of it would lie in timelines that nobody opens"""

plan = next(key for key, each in home_keep.plans.items() if each[2] == "all")
