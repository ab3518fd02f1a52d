"""How long a call takes: hops as distributions, and everything made of them, in one vocabulary.

    read = hops()["cassandra point read"]
    percentiles(scatter(read, 5_000).sample(100_000, rng))      # {50: …, 95: …, 99: …, 99.9: …} in ms

The figures of hops, each with its source, are in latency_hops.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from reference.lab.calibrate import Calibration, calibrate
from reference.lab.latency_calls import Call, cached, parallel, paused, serial
from reference.lab.latency_groups import quorum, rank_z, scatter, scatter_limited, slowest_share
from reference.lab.latency_hop import Hop
from reference.lab.latency_spares import hedged, retried
from reference.twitter.errors import InvalidInput, require

__all__ = [
    "Calibration", "Call", "Hop", "cached", "calibrate", "hedged", "hops", "hops_table", "parallel", "paused", "percentiles", "quorum",
    "rank_z", "retried", "scatter", "scatter_limited", "serial", "slowest_share",
]  # fmt: skip

USUAL = (50, 95, 99, 99.9)


@cache
def _listed() -> tuple[Hop, ...]:
    return read_hops(Path(__file__).with_name("latency_hops.toml").read_text(encoding="utf-8"))


def read_hops(text: str) -> tuple[Hop, ...]:
    """Hops from TOML: `[[hop]]` tables with the fields of `Hop`. InvalidInput for unknown or missing fields and repeated names."""
    try:
        found = tuple(Hop(**row) for row in tomllib.loads(text).get("hop", []))
    except (TypeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput(f"not a list of hops: {error}") from error
    names = [hop.name for hop in found]
    require(len(set(names)) == len(names), f"a hop is listed twice: {', '.join(sorted({name for name in names if names.count(name) > 1}))}")
    return found


def hops() -> dict[str, Hop]:
    """Name → hop, in the order of the file. Typical figures: `calibrate` measures yours."""
    return {hop.name: hop for hop in _listed()}


def hops_table() -> Any:
    """The hops as a DataFrame: kind, p50_ms, p99_ms, says, source; indexed by name."""
    import pandas as pd

    rows = {name: (hop.kind, hop.p50_ms, hop.p99_ms, hop.says, hop.source) for name, hop in hops().items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["kind", "p50_ms", "p99_ms", "says", "source"]).rename_axis("hop")


def percentiles(samples: Any, percents: Sequence[float] = USUAL) -> dict[float, float]:
    """Percent → value, taken on the samples. They do not add: take those of the sum. InvalidInput for none, NaN, a percent beyond 100."""
    values = np.asarray(samples, dtype=float).ravel()
    require(values.size > 0, "no samples: an empty list has no percentiles")
    require(bool(np.isfinite(values).all()), "samples must be finite")
    require(all(0 <= percent <= 100 for percent in percents), f"percents must be 0 … 100, not {tuple(percents)}")
    return dict(zip(percents, np.percentile(values, percents).tolist(), strict=True))
