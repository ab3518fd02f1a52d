"""Trends on the dataset, in virtual time: its hashtag uses minute by minute through any tracker, and what the labelled bursts say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reference.lab.workload import Workload
from reference.twitter.clock import ManualClock
from reference.twitter.hyperloglog import REGISTERS, sketch, user_elements
from reference.twitter.trends import Baseline, HeavyHitters, TrendPolicy

if TYPE_CHECKING:
    import pandas as pd

MS_PER_MINUTE = 60_000
CITY = TrendPolicy(min_unique_users=20, min_velocity=3.0, smoothing=5.0)
"""The policy for the dataset's 10,000 users: a trend needs 20 people (its largest group of bots is 19) and three times what is usual."""

REDIS_SET_OF_10M_BYTES = 761_326_696
"""MEMORY USAGE … SAMPLES 0 of a set of 10,000,000 ids of 19 digits on Redis 7.0.15 (jemalloc, 64 bit): 76 bytes each."""

Top = Callable[[], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a tracker's top lists are worth against the labelled bursts.

    precision: share of the listed tags that are real bursts, listed while they lasted; recall: share of the real bursts that began in
    these days and were listed while they lasted;
    bots: bot bursts that were ever listed; delay_min: of each found burst, virtual minutes from the moment at which its
    `people`-th distinct user had tweeted until it was listed; delay_from_start_min: the same from the burst's labelled start.
    """

    precision: float
    recall: float
    bots: list[str]
    delay_min: dict[str, float]
    delay_from_start_min: dict[str, float]
    false_tags: list[str]
    missed: list[str]


def uses_of(data: Workload) -> pd.DataFrame:
    """Hashtag uses of the dataset's tweets by time: tag (folded), user_id, at_ms, region (the tweet's language)."""
    tweets = data.tweets[data.tweets["hashtags"] != ""]
    each = tweets.assign(tag=tweets["hashtags"].str.split(" ")).explode("tag")
    columns = {"author_id": "user_id", "created_ms": "at_ms", "lang": "region"}
    return each[["tag", *columns]].rename(columns=columns).reset_index(drop=True)


def baseline_of(data: Workload) -> Baseline:
    """What was usual in the days before the dataset's tweets begin."""
    return Baseline.from_hours(data.hashtag_hours, until_ms=first_minute(data) * MS_PER_MINUTE)


def first_minute(data: Workload) -> int:
    """The minute (since the epoch) of the first tweet."""
    return int(data.tweets["created_ms"].iloc[0]) // MS_PER_MINUTE


def replay(uses: pd.DataFrame, tracker: Any, clock: ManualClock, step_min: int = 1) -> Iterator[int]:
    """Feed `uses` to `tracker.record_many` in steps of virtual time; after each, yields the time in Unix ms, for who wants to look."""
    at_ms = uses["at_ms"].to_numpy()
    tags, users = uses["tag"].to_numpy(dtype=object), uses["user_id"].to_numpy()
    first, last = int(at_ms[0]) // MS_PER_MINUTE, int(at_ms[-1]) // MS_PER_MINUTE
    for minute in range(first, last + 1, step_min):
        end_ms = (minute + step_min) * MS_PER_MINUTE
        start, end = np.searchsorted(at_ms, [end_ms - step_min * MS_PER_MINUTE, end_ms])
        clock.advance((end_ms - 1) / 1000 - clock.now())
        if end > start:
            tracker.record_many(tags[start:end], users[start:end], at_ms[start:end])
        yield end_ms - 1


def judge(listed: Sequence[tuple[int, Sequence[str]]], data: Workload, uses: pd.DataFrame, people: int, grace_min: int = 60) -> Verdict:
    """What the lists, as (Unix ms, tags), are worth. A burst lasts until `grace_min` after its end: it is in the window that long."""
    first_ms, last_ms = int(uses["at_ms"].min()), int(uses["at_ms"].max())
    bursts = [burst for burst in data.bursts.itertuples() if burst.end_ms > first_ms and burst.start_ms <= last_ms]
    real = {burst.tag: burst for burst in bursts if burst.kind == "real"}
    bots = {burst.tag for burst in bursts if burst.kind == "bot"}
    begun = {tag for tag, burst in real.items() if burst.start_ms >= first_ms}
    first_listed: dict[str, int] = {}
    for at_ms, tags in listed:
        for tag in tags:
            first_listed.setdefault(tag, at_ms)
    limit_ms = grace_min * MS_PER_MINUTE
    found = {tag: at for tag, at in first_listed.items() if tag in real and real[tag].start_ms <= at <= real[tag].end_ms + limit_ms}
    return Verdict(
        precision=len(found) / len(first_listed) if first_listed else 1.0,
        recall=len(found.keys() & begun) / len(begun) if begun else 1.0,
        bots=sorted(bots & first_listed.keys()),
        delay_min={tag: (at - _crowd_at(uses, tag, people)) / MS_PER_MINUTE for tag, at in found.items() if tag in begun},
        delay_from_start_min={tag: (at - real[tag].start_ms) / MS_PER_MINUTE for tag, at in found.items() if tag in begun},
        false_tags=sorted(first_listed.keys() - found.keys()),
        missed=sorted(begun - found.keys()),
    )


def _crowd_at(uses: pd.DataFrame, tag: str, people: int) -> int:
    """When the `people`-th distinct user had used the tag."""
    return int(uses[uses["tag"] == tag].drop_duplicates("user_id")["at_ms"].iloc[people - 1])


def by_clock_hour(uses: pd.DataFrame, tag: str, hours: tuple[int, int]) -> pd.DataFrame:
    """Columns hour (since the first midnight), last 60 minutes, clock hour: the uses of `tag` by either window, each whole minute."""
    import pandas as pd

    midnight = int(uses["at_ms"].iloc[0]) // MS_PER_MINUTE
    used = uses.loc[uses["tag"] == tag, "at_ms"].to_numpy() // MS_PER_MINUTE - midnight
    minute = np.arange(hours[0] * 60, hours[1] * 60)
    until = np.searchsorted(used, minute, side="right")
    sliding, clock = until - np.searchsorted(used, minute - 59), until - np.searchsorted(used, minute // 60 * 60)
    return pd.DataFrame({"hour": (minute + 1) / 60, "last 60 minutes": sliding, "clock hour": clock})


def hll_count(stored: bytes) -> float:
    """How many distinct users a sketch of `hyperloglog.sketch` stands for: the harmonic mean of 2 ** register, scaled (Flajolet 2007);
    while many registers are empty, from how many."""
    packed = np.frombuffer(stored[-REGISTERS * 6 // 8 :], dtype=np.uint8).reshape(-1, 3).astype(np.uint32)
    joined = packed[:, 0] | packed[:, 1] << 8 | packed[:, 2] << 16
    registers = np.stack([joined >> shift & 63 for shift in (0, 6, 12, 18)], axis=1).reshape(-1)
    raw = 0.7213 / (1 + 1.079 / REGISTERS) * REGISTERS**2 / np.exp2(-registers.astype(np.float64)).sum()
    empty = int((registers == 0).sum())
    return float(REGISTERS * np.log(REGISTERS / empty) if empty and raw <= 2.5 * REGISTERS else raw)


def hll_errors_percent(users: int, tags: int) -> np.ndarray:
    """(tags,): the signed error of a sketch for each of so many tags, every one with `users` different users of its own."""
    ids = (np.arange(users, dtype=np.int64) + users * tag for tag in range(tags))
    return np.array([100 * (hll_count(sketch(user_elements(some))) / users - 1) for some in ids])


def through_the_front(uses: pd.DataFrame, front: HeavyHitters, step_min: int = 10) -> pd.DataFrame:
    """Hand `uses` to `front` in batches of so many minutes; per tag (index) the columns used, let through, missed."""
    import pandas as pd

    counts = uses.groupby([uses["at_ms"] // (step_min * MS_PER_MINUTE), "tag"]).size().rename("used").reset_index("tag")
    passed = [
        batch[front.admit(batch["tag"].tolist(), batch["used"].to_numpy(), int(step) * step_min * MS_PER_MINUTE)]
        for step, batch in counts.groupby(level=0)
    ]
    table = pd.DataFrame({"used": counts.groupby("tag")["used"].sum(), "let through": pd.concat(passed).groupby("tag")["used"].sum()})
    table = table.fillna(0).astype(int)
    return table.assign(missed=table["used"] - table["let through"])
