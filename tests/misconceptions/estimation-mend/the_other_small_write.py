"""The other one"""

import math
from typing import Any


def mended(a: Any) -> dict[str, float]:
    besides = {"likes": a.follows_per_day, "follows": a.likes_per_day}[estimation_mend.also]
    writes_per_s = (a.tweets_per_day * (1 + a.followers) + besides) / 86_400 * a.write_peak
    loads_per_s = a.daily_users * a.loads_per_user / 86_400 * a.read_peak
    stored_bytes = a.tweets_per_day * a.tweet_bytes * 365 * a.years
    return {
        "writes_per_s": writes_per_s,
        "cache_gb": a.cached_timelines * (a.timeline_bytes + a.cached_ids * a.id_bytes) / 1e9,
        "link_gbit_per_s": loads_per_s * a.response_bytes * 8 / 1e9 / (estimation_mend.link_percent / 100),
        "shards": max(math.ceil(writes_per_s / a.shard_writes_per_s), math.ceil(stored_bytes / a.shard_bytes)),
    }
