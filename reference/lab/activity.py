"""When things happen: daily rhythm in local time, posts, reads, likes, and the Snowflake ids of tweets."""

from __future__ import annotations

import numpy as np

from reference.twitter.ids import TWITTER

MS_PER_DAY = 86_400_000
MS_PER_HOUR = 3_600_000
TWEET_WORKERS = 64  # of 1024: real samples of a few hundred tweets show some 70
IDLE_SEQUENCE_SHARE = 0.68  # in real tweets 67–71 % are the first of their worker's millisecond
LIKES_PER_ACTIVE_FOLLOWER = 0.1
LIKE_DELAY_MS = 45 * 60_000.0


def draw_times(offset_ms: np.ndarray, start_ms: int, days: int, rng: np.random.Generator) -> np.ndarray:
    """One moment in [start_ms, start_ms + days) per entry of `offset_ms` (local time minus UTC): evenings busy, nights quiet."""
    minute = np.arange(1441) / 60.0
    density = 1.0 + 0.8 * np.cos((minute - 20.0) * (2 * np.pi / 24)) + 0.25 * np.cos((minute - 13.0) * (2 * np.pi / 12))
    cumulative = np.concatenate([[0.0], np.cumsum(density[:-1])])
    local_minute = np.interp(rng.random(len(offset_ms)) * cumulative[-1], cumulative, np.arange(1441.0))
    time_of_day = ((local_minute * 60_000).astype(np.int64) - offset_ms) % MS_PER_DAY
    return start_ms + rng.integers(0, days, len(offset_ms)) * MS_PER_DAY + time_of_day


def draw_events(
    rates_per_day: np.ndarray, offset_ms: np.ndarray, start_ms: int, days: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Poisson events of users with these rates: (position of the user, at_ms), sorted by time."""
    who = np.repeat(np.arange(len(rates_per_day), dtype=np.int64), rng.poisson(rates_per_day * days))
    at_ms = draw_times(offset_ms[who], start_ms, days, rng)
    order = np.lexsort((who, at_ms))
    return who[order], at_ms[order]


def draw_tweet_ids(created_ms: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Unique, increasing Snowflakes (TWITTER layout) for `created_ms` (sorted). Workers and sequences are spread as in real tweets.

    The sequence is seldom above 0, which is why `id % shards` puts most tweets on one shard.
    """
    machines = rng.permutation(TWITTER.max_worker_id + 1)[:TWEET_WORKERS]
    worker = machines[rng.integers(0, TWEET_WORKERS, len(created_ms))]
    idle = rng.random(len(created_ms)) < IDLE_SEQUENCE_SHARE
    sequence = np.where(idle, 0, np.minimum(1 + np.floor(-2.2 * np.log1p(-rng.random(len(created_ms)))), 64)).astype(np.int64)
    ids = np.sort(((created_ms - TWITTER.epoch_ms) << TWITTER.timestamp_shift) | (worker << TWITTER.worker_shift) | sequence)
    while (clash := np.flatnonzero(np.diff(ids) == 0)).size:
        ids[clash + 1] += 1  # the next sequence number of that worker's millisecond
        ids = np.sort(ids)
    return ids


def draw_likes(
    tweet_author: np.ndarray, tweet_ms: np.ndarray, follower: np.ndarray, followee: np.ndarray, end_ms: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Likes by active followers: (position of the user, position of the tweet, at_ms), sorted by tweet, then user.

    `follower`, `followee`: the edges whose follower is active. A like comes within hours; those after `end_ms` are left out.
    """
    order = np.argsort(followee, kind="stable")
    first = np.searchsorted(followee[order], tweet_author, side="left")
    audience = np.searchsorted(followee[order], tweet_author, side="right") - first
    appeal = np.exp(0.8 * rng.standard_normal(len(tweet_author)))
    likes = np.minimum(rng.poisson(LIKES_PER_ACTIVE_FOLLOWER * appeal * audience), audience)
    tweet = np.repeat(np.arange(len(tweet_author), dtype=np.int64), likes)
    user = follower[order][first[tweet] + np.floor(rng.random(len(tweet)) * audience[tweet]).astype(np.int64)]
    at_ms = tweet_ms[tweet] + 1000 + (-LIKE_DELAY_MS * np.log1p(-rng.random(len(tweet)))).astype(np.int64)
    pair = np.stack([tweet, user])
    _, once = np.unique(tweet * (int(user.max(initial=0)) + 1) + user, return_index=True)
    kept = once[at_ms[once] < end_ms]
    return pair[1, kept], pair[0, kept], at_ms[kept]
