"""every rate grows, and no ratio"""

change = next(key for key, kind in estimation_flip.kinds.items() if kind == "people")
