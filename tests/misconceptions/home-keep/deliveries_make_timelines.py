"""which looks complete"""

plan = next(key for key, each in home_keep.plans.items() if each[3] == "create")
