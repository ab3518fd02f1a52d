"""A stretch of a dataset that is small enough to replay and still has its celebrities in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from reference.twitter.dataset import dataset_folder, last_reads
from reference.twitter.errors import InvalidInput, require, require_int

MAX_BUDGET = 1_000_000
AFTER_MS = 1_900_000_000_000  # the replay's clock: after every dataset, so that its ids are the newest


@dataclass(frozen=True)
class Slice:
    """Part of a dataset: `tweets` [(author_id, text)] in order of time and the `readers` who read next.

    followers: of each author who tweets here; followees: of each reader; active: who reads at all in the dataset's 48 hours.
    """

    dataset: str | Path
    tweets: tuple[tuple[int, str], ...]
    readers: tuple[int, ...]
    followers: Mapping[int, tuple[int, ...]]
    followees: Mapping[int, tuple[int, ...]]
    active: frozenset[int]
    push_deliveries: int

    @property
    def audience(self) -> frozenset[int]:
        """The readers, and whoever follows somebody who tweets here."""
        return frozenset(self.readers).union(*self.followers.values())

    @property
    def authors(self) -> frozenset[int]:
        """Who tweets here, reads, or is followed by a reader."""
        return frozenset(self.readers).union(self.followers, *self.followees.values())


def choose_slice(dataset: str | Path = "small", delivery_budget: int = 12_000, readers: int = 60) -> Slice:
    """The shortest run of consecutive tweets that spends `delivery_budget` deliveries under pure push and in which the most followed
    author tweets; and the `readers` who read next. Raises InvalidInput: unknown dataset, more than it holds. O(tweets).
    """
    require_int("delivery_budget", delivery_budget, 1, MAX_BUDGET)
    require_int("readers", readers, 1)
    return _choose_slice(dataset, delivery_budget, readers)


@lru_cache(maxsize=4)
def _choose_slice(dataset: str | Path, delivery_budget: int, readers: int) -> Slice:
    import duckdb

    folder = dataset_folder(dataset)
    with duckdb.connect(":memory:") as connection:
        for table in ("follows", "tweets", "reads"):
            connection.read_parquet(str(folder / f"{table}.parquet")).create_view(table)
        rows = connection.execute(
            "SELECT author_id, text, created_ms, coalesce(followers, 0) AS followers FROM tweets"
            " LEFT JOIN (SELECT followee_id AS author_id, count(*) AS followers FROM follows GROUP BY ALL) USING (author_id) ORDER BY id"
        ).fetchall()
        first, beyond = _costliest_run(np.array([row[3] for row in rows]), delivery_budget)
        next_readers = "SELECT user_id FROM reads WHERE at_ms >= ? GROUP BY user_id ORDER BY min(at_ms), user_id LIMIT ?"
        after = connection.execute(next_readers, [rows[beyond - 1][2], readers]).fetchall()
        require(len(after) == readers, f"readers must be 1 … {len(after)} here, not {readers}: no more read after the chosen tweets")
        reading, tweeting = [user for (user,) in after], sorted({row[0] for row in rows[first:beyond]})
        followers = _grouped(connection, "followee_id", "follower_id", tweeting)
        followees = _grouped(connection, "follower_id", "followee_id", reading)
    return Slice(
        dataset=dataset,
        tweets=tuple(row[:2] for row in rows[first:beyond]),
        readers=tuple(reading),
        followers=followers,
        followees=followees,
        active=frozenset(last_reads(folder, AFTER_MS)),
        push_deliveries=sum(row[3] for row in rows[first:beyond]),
    )


def _grouped(connection: Any, one: str, many: str, users: list[int]) -> dict[int, tuple[int, ...]]:
    """For each of `users` (ends `one` of edges) the other ends, in order; users without an edge are there, too."""
    edges = connection.execute(f"SELECT {one}, {many} FROM follows WHERE list_contains(?, {one}) ORDER BY ALL", [users]).fetchall()
    grouped: dict[int, list[int]] = {user: [] for user in users}
    for user, other in edges:
        grouped[user].append(other)
    return {user: tuple(others) for user, others in grouped.items()}


def _costliest_run(followers: np.ndarray, budget: int) -> tuple[int, int]:
    """(first, beyond) of the shortest run that sums to at least `budget` and contains the largest value."""
    sums = np.concatenate([[0], np.cumsum(followers)])
    beyond = np.searchsorted(sums, sums[:-1] + budget, side="left")
    stars = np.concatenate([[0], np.cumsum(followers == followers.max())])
    fits = beyond <= len(followers)
    if not fits.any():
        raise InvalidInput(f"delivery_budget must be 1 … {sums[-1]:,}: pure push makes no more deliveries of these tweets, not {budget:,}")
    starred = stars[np.minimum(beyond, len(followers))] > stars[:-1]
    allowed = fits & starred if (fits & starred).any() else fits
    first = int(np.argmin(np.where(allowed, beyond - np.arange(len(followers)), len(followers) + 1)))
    return first, int(beyond[first])
