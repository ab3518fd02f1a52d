"""A page is one load, however long"""

change = next(key for key, kind in estimation_flip.kinds.items() if kind == "page")
