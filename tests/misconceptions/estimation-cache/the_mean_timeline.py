"""Do not average the entries first"""


def cache_nodes(timelines):
    v = estimation_cache
    readers = sum(count for entries, count in timelines.items() if entries)
    if readers == 0:
        return 0
    kept = sum(min(entries, v.most_entries) * count for entries, count in timelines.items()) / readers
    each = v.packed_bytes if kept <= v.packed_entries else v.entry_bytes
    size_bytes = (v.key_bytes + kept * each) * readers * v.copies
    return max(int(-(-size_bytes // (v.node_gib * 2**30 * v.fill_percent / 100))), v.copies)
