"""Trending bursts with the truth attached: real ones (many users, few tweets each) and bots (few users, many tweets each)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference.lab.activity import MS_PER_HOUR
from reference.lab.hashtags import LANGUAGES, casefolded
from reference.lab.phrases import BOT_BURST_TAGS, REAL_BURST_TAGS

REAL_BURSTS = 24  # in eight days: one every eight hours
BOT_BURSTS = 12
REAL_SIZE = (0.012, 0.04)  # tweets as a share of the number of users
BOT_SIZE = (0.010, 0.03)
REAL_HOURS = (2.0, 6.0)
BOT_HOURS = (1.0, 3.0)
BOT_ACCOUNTS = (8, 20)
MIN_TWEETS = 12
USERS_PER_REAL_TWEET = (0.7, 0.95)


@dataclass(frozen=True, slots=True)
class Burst:
    """A planned burst and its posts: `author` (positions of users) and `at_ms`, parallel. `language`: position in LANGUAGES."""

    tag: str
    kind: str
    language: int
    start_ms: int
    end_ms: int
    author: np.ndarray
    at_ms: np.ndarray


@dataclass(frozen=True, slots=True)
class Crowd:
    """What a burst must know of the users, arrays of equal length. `language`: positions in LANGUAGES."""

    language: np.ndarray
    tweets_per_day: np.ndarray
    followers: np.ndarray
    dormant: np.ndarray


def draw_bursts(crowd: Crowd, window_ms: tuple[int, int], rng: np.random.Generator) -> list[Burst]:
    """The bursts of the window [start, end), spread evenly over it; by start time."""
    tagged = [(language, tag) for language, tags in REAL_BURST_TAGS.items() for tag in tags]
    tagged = [tagged[i] for i in rng.permutation(len(tagged))[:REAL_BURSTS]]
    bots = [BOT_BURST_TAGS[i] for i in rng.permutation(len(BOT_BURST_TAGS))[:BOT_BURSTS]]
    real_spans = _draw_spans(len(tagged), REAL_HOURS, window_ms, rng)
    bot_spans = _draw_spans(len(bots), BOT_HOURS, window_ms, rng)
    bursts = [_real(crowd, language, tag, span, rng) for (language, tag), span in zip(tagged, real_spans, strict=True)]
    bursts += [_bot(crowd, tag, span, rng) for tag, span in zip(bots, bot_spans, strict=True)]
    return sorted(bursts, key=lambda burst: (burst.start_ms, burst.tag))


def _draw_spans(count: int, hours: tuple[float, float], window_ms: tuple[int, int], rng: np.random.Generator) -> list[tuple[int, int]]:
    """One span in each of `count` equal slots, to the minute; the last ends with the window."""
    slot_ms = (window_ms[1] - window_ms[0]) / count
    start = window_ms[0] + ((np.arange(count) + 0.6 * rng.random(count)) * slot_ms).astype(np.int64) // 60_000 * 60_000
    length = (rng.uniform(*hours, count) * MS_PER_HOUR).astype(np.int64) // 60_000 * 60_000
    return list(zip(start.tolist(), np.minimum(start + length, window_ms[1]).tolist(), strict=True))


def _size(crowd: Crowd, share: tuple[float, float], rng: np.random.Generator) -> int:
    return max(MIN_TWEETS, round(len(crowd.language) * rng.uniform(*share)))


def _real(crowd: Crowd, language: str, tag: str, span: tuple[int, int], rng: np.random.Generator) -> Burst:
    """Rises within minutes, fades over hours; mostly speakers of one language, the active sooner."""
    number = LANGUAGES.index(language)
    tweets = _size(crowd, REAL_SIZE, rng)
    eagerness = np.sqrt(crowd.tweets_per_day) * np.where(crowd.language == number, 1.0, 0.1)
    turn = -np.log1p(-rng.random(len(eagerness))) / eagerness
    people = np.argsort(turn, kind="stable")[: round(tweets * rng.uniform(*USERS_PER_REAL_TWEET))]
    author = np.concatenate([people, people[rng.integers(0, len(people), tweets - len(people))]])  # too few users: some tweet more
    moment = 0.08 * rng.random(tweets) + 0.92 * rng.random(tweets) * rng.random(tweets)
    return Burst(casefolded(tag), "real", number, *span, author, _within(span, moment))


def _bot(crowd: Crowd, tag: str, span: tuple[int, int], rng: np.random.Generator) -> Burst:
    """A handful of little-followed, dormant accounts in turn, at almost equal intervals, in English."""
    tweets = _size(crowd, BOT_SIZE, rng)
    obscure = np.flatnonzero(crowd.dormant & (crowd.followers <= np.median(crowd.followers)))
    accounts = rng.permutation(obscure)[: min(rng.integers(*BOT_ACCOUNTS), max(2, tweets // 6))]
    author = accounts[np.arange(tweets) % len(accounts)]
    moment = (np.arange(tweets) + 0.3 * rng.random(tweets)) / tweets
    return Burst(casefolded(tag), "bot", LANGUAGES.index("en"), *span, author, _within(span, moment))


def _within(span: tuple[int, int], moment: np.ndarray) -> np.ndarray:
    return span[0] + (moment * (span[1] - span[0])).astype(np.int64)
