"""Likes and follows"""

import math


def mended(a):
    writes_per_s = (a.tweets_per_day * (1 + a.followers) + a.likes_per_day + a.follows_per_day) / 86_400 * a.write_peak
    stored_bytes = a.tweets_per_day * a.tweet_bytes * 365 * a.years
    return {
        "writes_per_s": writes_per_s,
        "cache_gb": a.cached_timelines * (a.timeline_bytes + a.cached_ids * a.id_bytes) / 1e9,
        "link_gbit_per_s": a.daily_users
        * a.loads_per_user
        / 86_400
        * a.read_peak
        * a.response_bytes
        * 8
        / 1e9
        / (estimation_mend.link_percent / 100),
        "shards": max(math.ceil(writes_per_s / a.shard_writes_per_s), math.ceil(stored_bytes / a.shard_bytes)),
    }
