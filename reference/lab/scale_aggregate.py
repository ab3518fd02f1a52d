"""Hundreds of millions of edges, looked at once: what is left is small, and holds every answer of the scale model.

Of each edge three things count: how many followers the author has and how often he tweets (author_class), how often the reader reads
(reader_level), and how early the reader falls asleep when more readers are dormant (one of twenty percentiles). The follower count is
exact, so any threshold is; rates are levels, so that each pair of them is counted and not averaged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from reference.lab.scale_engines import Engine

LEVELS = 8  # of tweet rates, and of reading rates
PERCENTILES = 20  # of falling asleep; a share between two of them puts a part of the next one to sleep
PAGE_READERS = 4_000  # readers whose pages are looked at one by one: forty of them lie beyond the 99th percentile

# the queries, in order; each makes the table of its name
GENERATED = ("drawn", "edges", "users")
AGGREGATED = ("followers", "authors", "classed", "cells", "readers", "page_readers", "page_edges")


@dataclass(frozen=True)
class Aggregate:
    """Small frames. authors: author_class, followers, author_level, accounts; slices: asleep, author_class, reader_level, dormant_edges,
    active_edges; readers: reader_class, accounts; page_readers: id, reader_class; page_edges: reader, author_class."""

    users: int
    edges: int
    authors: pd.DataFrame
    slices: dict[str, np.ndarray]
    readers: pd.DataFrame
    page_readers: pd.DataFrame
    page_edges: pd.DataFrame


def progress(names: Iterable[str], shown: bool | None) -> Any:
    """`names` with a bar on stderr, once it has taken two seconds; None: only where stderr is a terminal."""
    from tqdm import tqdm

    names = list(names)
    return tqdm(names, desc="graph", unit="table", delay=2, disable=None if shown is None else not shown)


def aggregate(engine: Engine, made: Iterable[str], parameters: dict[str, float], shown: bool | None) -> Aggregate:
    """Run the queries `made` and those of the aggregate; the tables edges and users must be among them or exist. O(edges), once.

    What is not needed any more is dropped on the way.
    """
    given = {"levels": LEVELS, "percentiles": PERCENTILES, **parameters}
    for name in progress([*made, *AGGREGATED], shown):
        engine.make(name, name, **given)
        if name == "edges":
            engine.drop("drawn")
    cells, readers = (_sorted(engine.rows(name)) for name in ("cells", "readers"))
    return Aggregate(
        users=int(readers["accounts"].sum()), edges=int(cells["edges"].sum()), authors=_sorted(engine.rows("authors")),
        slices=slices(cells), readers=readers, page_readers=_sorted(engine.rows("page_readers")),
        page_edges=_sorted(engine.rows("page_edges")),
    )  # fmt: skip


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in an order of their own: the same digits each time, whichever thread was first."""
    return frame.sort_values(list(frame.columns), ignore_index=True)


def slices(cells: pd.DataFrame) -> dict[str, np.ndarray]:
    """For 0 … 20 percentiles asleep: how many edges of each class lead from dormant readers, how many from active ones; cumulated here, so
    that a change of the dormant share reads one slice. Rows ordered by `asleep`, so that DuckDB skips the others."""
    level, percentile = np.divmod(cells["reader_class"].to_numpy(), PERCENTILES)
    levels = int(level.max()) + 1
    key, row = np.unique(cells["author_class"].to_numpy().astype(np.int64) * levels + level, return_inverse=True)
    dormant = np.zeros((PERCENTILES + 1, len(key)), dtype=np.int64)
    dormant[percentile + 1, row] = cells["edges"].to_numpy()
    np.cumsum(dormant, axis=0, out=dormant)
    author_class, reader_level = np.divmod(key, levels)
    return {
        "asleep": np.repeat(np.arange(PERCENTILES + 1, dtype=np.int32), len(key)),
        "author_class": np.tile(author_class.astype(np.int32), PERCENTILES + 1),
        "reader_level": np.tile(reader_level.astype(np.int32), PERCENTILES + 1),
        "dormant_edges": dormant.astype(np.int32).ravel(), "active_edges": (dormant[-1] - dormant).astype(np.int32).ravel(),
    }  # fmt: skip
