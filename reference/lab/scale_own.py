"""A learner's own follow graph, and own rates where they are known, in the form that the aggregate takes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reference.lab.edges import FollowGraph
from reference.lab.scale_aggregate import PAGE_READERS, PERCENTILES
from reference.lab.scale_load import Activity
from reference.twitter.errors import require

if TYPE_CHECKING:
    import pandas as pd

    from reference.lab.scale_engines import Engine

AUTHOR_LEVELS, READER_LEVELS = 64, 16


class OwnGraph:
    """Edges between positions 0 … users - 1, each once; `levels` and `activity` follow the rates of `people`, if there are any."""

    def __init__(self, edges: FollowGraph | pd.DataFrame, people: pd.DataFrame | None, activity: Activity) -> None:
        follower, followee = _columns(edges.follows if isinstance(edges, FollowGraph) else edges)
        ids = np.unique(np.concatenate([follower, followee, _ids(people)]))
        self.users, self.activity = len(ids), activity
        self.levels: dict[str, np.ndarray] | None = None
        keys = np.searchsorted(ids, follower) * self.users + np.searchsorted(ids, followee)
        self._keys = np.unique(keys[follower != followee])
        self.edges = len(self._keys)
        require(self.edges > 0, "the graph is empty: it needs at least one edge between two different accounts")
        self._kinds: dict[str, np.ndarray] | None = None
        if people is not None:
            self._take_rates(people, ids)

    def load(self, engine: Engine) -> tuple[str, ...]:
        """Put edges, and users or accounts; the queries that are still to be run."""
        follower, followee = np.divmod(self._keys, self.users)
        engine.put("edges", {"follower": follower.astype(np.int32), "followee": followee.astype(np.int32)})
        if self._kinds is None:
            engine.put("accounts", {"id": np.arange(self.users, dtype=np.int32)})
            return ("users",)
        engine.put("users", self._kinds)
        return ()

    def _take_rates(self, people: pd.DataFrame, ids: np.ndarray) -> None:
        """Rates as levels: those of tweets weigh their followers, those of reads their followees, so that sums over edges are kept."""
        tweets, reads = (_rates(people, name, ids) for name in ("tweets_per_day", "reads_per_day"))
        dormant = _rates(people, "dormant", ids).astype(bool) if "dormant" in people else np.zeros(self.users, dtype=bool)
        follower, followee = np.divmod(self._keys, self.users)
        author_level, author_rates = _levels(tweets, np.bincount(followee, minlength=self.users), AUTHOR_LEVELS)
        reader_level, reader_rates = _levels(np.where(dormant, np.nan, reads), np.bincount(follower, minlength=self.users), READER_LEVELS)
        share = float(dormant.mean())
        awake_mean = float(reads[~dormant].mean()) if share < 1 else self.activity.reads_per_active
        asleep_mean = float(reads[dormant].mean()) if share > 0 else self.activity.reads_per_dormant
        self.activity = replace(
            self.activity, dormant_share=share, rate_correlation=0.0, tweets_per_user=float(author_rates[author_level].mean()),
            reads_per_active=awake_mean, reads_per_dormant=max(asleep_mean, 1e-12),
        )  # fmt: skip
        self.levels = {"author": author_rates / self.activity.tweets_per_user, "reader": reader_rates / awake_mean}
        percentile = _percentiles(dormant)
        draw = np.arange(self.users) * 617 % max(1, self.users // PAGE_READERS)
        self._kinds = {
            "id": np.arange(self.users, dtype=np.int32), "author_level": author_level.astype(np.int32),
            "reader_class": (reader_level * PERCENTILES + percentile).astype(np.int32), "draw": draw.astype(np.int32),
        }  # fmt: skip


def _columns(frame: Any) -> tuple[np.ndarray, np.ndarray]:
    columns = ["follower_id", "followee_id"]
    missing = [name for name in columns if name not in frame.columns or frame[name].dtype.kind not in "iu"]
    require(not missing, f"edges must have whole-number columns follower_id and followee_id; not so: {', '.join(missing)}")
    follower, followee = (frame[name].to_numpy(dtype=np.int64) for name in columns)
    return follower, followee


def _ids(people: pd.DataFrame | None) -> np.ndarray:
    if people is None:
        return np.array([], dtype=np.int64)
    unique = "id" in people and people["id"].dtype.kind in "iu" and people["id"].is_unique
    require(unique, "users must have a column id of unique whole numbers")
    return people["id"].to_numpy(dtype=np.int64)


def _rates(people: pd.DataFrame, name: str, ids: np.ndarray) -> np.ndarray:
    """A column of `people` in the order of `ids`; every account must have a rate."""
    require(name in people, f"users must have the columns id, tweets_per_day and reads_per_day; {name} is missing")
    values = people.set_index("id")[name].reindex(ids).to_numpy(dtype=float)
    wrong = ids[~(np.isfinite(values) & (values >= 0))]
    require(not len(wrong), f"every account on an edge needs a {name} >= 0 in users; {wrong[0] if len(wrong) else ''} has none")
    return values


def _levels(rates: np.ndarray, weights: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """(level of each, rate of each level): distinct rates themselves while there are at most `most`, else steps of equal ratio (0 is one
    of its own), each at its mean over edges. NaN (not known, since they sleep) is spread over all levels."""
    known = np.flatnonzero(np.isfinite(rates))
    if not len(known):
        return np.zeros(len(rates), dtype=np.int64), np.ones(1)
    values = np.unique(rates[known])
    if len(values) > most:
        values = np.append(0.0, np.geomspace(values[values > 0][0], values[-1], most)[:-1] * (1 - 1e-12))
    level = np.searchsorted(values, rates[known], side="right") - 1
    weight = np.bincount(level, weights[known] + 1e-9, len(values))
    means = np.bincount(level, (weights[known] + 1e-9) * rates[known], len(values)) / np.maximum(weight, 1e-300)
    everyone = level[np.arange(len(rates)) * 7919 % len(known)]
    everyone[known] = level
    return everyone, means


def _percentiles(dormant: np.ndarray) -> np.ndarray:
    """Who sleeps first: those who sleep already, in equal parts below their share, the others above it."""
    order = np.argsort(~dormant, kind="stable")
    percentile = np.empty(len(dormant), dtype=np.int64)
    percentile[order] = np.arange(len(dormant)) * PERCENTILES // len(dormant)
    return percentile
