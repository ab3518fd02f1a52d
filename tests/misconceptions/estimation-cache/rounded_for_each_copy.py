"""Rounded up for each copy"""

import math


def cache_nodes(timelines: dict[int, int]) -> int:
    v = estimation_cache
    size_bytes = 0
    for entries, readers in timelines.items():
        kept = min(entries, v.most_entries)
        if kept:
            each = v.packed_bytes if kept <= v.packed_entries else v.entry_bytes
            size_bytes += (v.key_bytes + kept * each) * readers
    return v.copies * math.ceil(size_bytes / (v.node_gib * 2**30 * v.fill_percent / 100))
