"""What numbers decide: decisions.toml, a choice for each band of a row's value."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Band:
    """The choice while the value stays below `below`."""

    choose: str
    because: str
    below: float = math.inf


@dataclass(frozen=True, slots=True)
class Decision:
    """A question that one row answers. `unit`: of that row and of the limits."""

    name: str
    asks: str
    row: str
    unit: str
    bands: tuple[Band, ...]

    def band(self, value: float) -> Band:
        """The first band that `value` stays below."""
        return next(band for band in self.bands if value < band.below or band is self.bands[-1])

    def choose(self, value: float) -> str:
        """What to build at `value`."""
        return self.band(value).choose

    def limits(self) -> tuple[float, ...]:
        """The values at which the choice changes."""
        return tuple(band.below for band in self.bands if band.below < math.inf)


@cache
def decisions() -> dict[str, Decision]:
    """Every decision by name, in the order of decisions.toml."""
    listed = tomllib.loads(Path(__file__).with_name("decisions.toml").read_text(encoding="utf-8"))["decision"]
    return {entry["name"]: Decision(**(entry | {"bands": tuple(Band(**band) for band in entry["bands"])})) for entry in listed}
