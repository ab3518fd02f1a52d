"""the followers cancel"""

change = next(key for key, kind in estimation_flip.kinds.items() if kind == "follows")
