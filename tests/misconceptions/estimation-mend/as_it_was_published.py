"""The four names stand in the question"""

import math


def mended(a):
    writes_per_s = a.tweets_per_day / 86_400 * a.write_peak
    loads_per_s = a.daily_users * a.loads_per_user / 86_400
    return {
        "writes_per_s": writes_per_s,
        "cache_gb": a.cached_timelines * (a.timeline_bytes + a.tweets_per_page * a.id_bytes) / 1e9,
        "link_gbyte_per_s": loads_per_s * a.response_bytes / 1e9,
        "shards": math.ceil(writes_per_s / a.shard_writes_per_s),
    }
