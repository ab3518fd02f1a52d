"""A retry helps against a lost packet"""

plan = next(key for key, kind in requirements_plan.kinds.items() if kind == "retry")
