"""a list takes the same id twice"""

plan = next(key for key, each in home_keep.plans.items() if each[0] == "list")
