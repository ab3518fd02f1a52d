"""minutes down a month, where"""

cheaper = "regions" if requirements_plan.switch < requirements_plan.better else "better"
plan = next(key for key, kind in requirements_plan.kinds.items() if kind == cheaper)
