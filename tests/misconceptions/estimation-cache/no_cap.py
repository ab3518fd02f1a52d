"""Take min(entries, most_entries) before anything else"""

import math


def cache_nodes(timelines: dict[int, int]) -> int:
    v = estimation_cache
    size_bytes = 0
    for entries, readers in timelines.items():
        kept = entries
        if kept:
            each = v.packed_bytes if kept <= v.packed_entries else v.entry_bytes
            size_bytes += (v.key_bytes + kept * each) * readers
    nodes = math.ceil(size_bytes * v.copies / (v.node_gib * 2**30 * v.fill_percent / 100))
    return max(nodes, v.copies) if size_bytes else 0
