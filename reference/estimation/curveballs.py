""" "Now suppose …": one input of a scenario changes, and the question is which decisions flip."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from reference.estimation.errors import require
from reference.estimation.estimate import Estimate, estimate
from reference.estimation.scenario import Scenario, assumptions
from reference.estimation.tables import Table


@dataclass(frozen=True, slots=True)
class Throw:
    """A curveball of curveballs.toml. budget_share: the budget becomes this share of what the scenario costs."""

    name: str
    says: str
    times: Mapping[str, float] = field(default_factory=dict)
    set: Mapping[str, float] = field(default_factory=dict)
    budget_share: float = 0

    def applied(self, scenario: Scenario) -> Scenario:
        """`scenario` as it is after this throw; what would leave its allowed range stops at the end of it."""
        changes = {name: _kept(name, getattr(scenario, name) * factor) for name, factor in self.times.items()} | dict(self.set)
        if self.budget_share:
            changes["budget"] = _kept("budget", estimate(scenario)["cost_total"].value * self.budget_share)
        return scenario.but(f"{scenario.name}: {self.name}", **changes)


@dataclass(frozen=True, slots=True)
class Flip:
    """A decision that comes out otherwise."""

    decision: str
    before: str
    after: str


@dataclass(frozen=True, repr=False)
class Curveball(Table):
    """One throw at one scenario: `says` (the prompt), `flips` (what changes), and both estimates. Prints as a table of flips."""

    name: str
    says: str
    before: Estimate = field(repr=False)
    after: Estimate = field(repr=False)
    header = ("decision", "before", "after")

    @property
    def flips(self) -> tuple[Flip, ...]:
        """Decisions that come out otherwise, in the order of decisions.toml; empty when the design stands."""
        new = self.after.decided()
        return tuple(Flip(name, old, new[name]) for name, old in self.before.decided().items() if new[name] != old)

    def moved(self, factor: float = 1.5) -> dict[str, float]:
        """Rows that changed by `factor` or more, either way: name → after / before."""
        ratios = {row.name: self.after[row.name].value / row.value for row in self.before if row.value}
        return {name: ratio for name, ratio in ratios.items() if ratio >= factor or ratio <= 1 / factor}

    def cells(self) -> list[tuple[str, ...]]:
        return [(flip.decision, flip.before, flip.after) for flip in self.flips]


def curveball(seed: int, scenario: Scenario | None = None) -> Curveball:
    """The throw that `seed` draws, at `scenario` (default: design A). The same seed throws the same."""
    return throw(drawn(seed).name, scenario)


def drawn(seed: int) -> Throw:
    """The throw that `seed` draws."""
    return throws()[int(np.random.default_rng(seed).integers(len(throws())))]


def throw(name: str, scenario: Scenario | None = None) -> Curveball:
    """The curveball of that name. Raises EstimationError listing the names."""
    known = {each.name: each for each in throws()}
    require(name in known, f"no curveball {name!r}; there are: {', '.join(known)}")
    before = scenario or Scenario.load("A")
    return Curveball(name, known[name].says, estimate(before), estimate(known[name].applied(before)))


@cache
def throws() -> tuple[Throw, ...]:
    """Every curveball, in the order of curveballs.toml."""
    listed = tomllib.loads(Path(__file__).with_name("curveballs.toml").read_text(encoding="utf-8"))["curveball"]
    return tuple(Throw(**entry) for entry in listed)


def _kept(name: str, value: float) -> float:
    return min(max(value, assumptions()[name]["low"]), assumptions()[name]["high"])
