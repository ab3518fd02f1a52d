"""stay packed"""

import math


def cache_nodes(timelines: dict[int, int]) -> int:
    v = estimation_cache
    size_bytes = 0
    for entries, readers in timelines.items():
        kept = min(entries, v.most_entries)
        if kept:
            packed = min(kept, v.packed_entries)
            size_bytes += (v.key_bytes + packed * v.packed_bytes + (kept - packed) * v.entry_bytes) * readers
    nodes = math.ceil(size_bytes * v.copies / (v.node_gib * 2**30 * v.fill_percent / 100))
    return max(nodes, v.copies) if size_bytes else 0
