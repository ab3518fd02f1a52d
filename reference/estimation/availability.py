"""Availability as arithmetic: parts in a row multiply, copies multiply their failures, and a share of time is minutes."""

from __future__ import annotations

import math

from reference.estimation.errors import require
from reference.estimation.units import in_unit, quantity


def serial(*shares: float) -> float:
    """Availability of a request that needs every part: the product. `shares` in 0 … 1; assumes independent failures."""
    return math.prod(map(_share, shares))


def parallel(share: float, copies: int) -> float:
    """Availability where one of `copies` suffices: 1 - (1 - share)^copies. Assumes independent failures, which a bad deploy is not."""
    require(copies >= 1, f"copies must be at least 1, not {copies}")
    return 1 - (1 - _share(share)) ** copies


def downtime(share: float, per: str = "month", unit: str = "min") -> float:
    """Time down in a `per` (day, week, month, year), in `unit`: 99.95 % are 21.9 min a month of 30.4375 days."""
    return float(in_unit((1 - _share(share)) * quantity(1, per), unit))


def _share(share: float) -> float:
    require(0 <= share <= 1, f"an availability is a share of 0 … 1, not {share} (99.95 % is 0.9995)")
    return share
