"""The estimate: rows.toml computed for a scenario, each row with its unit, formula and the decision that it drives."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from reference.estimation.decisions import Decision, decisions
from reference.estimation.errors import UnknownName
from reference.estimation.formulas import names
from reference.estimation.scenario import Scenario, assumptions
from reference.estimation.tables import Table
from reference.estimation.units import in_unit, quantity, said, scaled, solve

SKIP = "skip live"
_UNITS = ("user", "tweet", "timeline", "request", "delivery", "entry", "follow", "like", "search", "byte", "core", "worker", "year")


@dataclass(frozen=True, slots=True)
class Definition:
    """A row as rows.toml gives it. `drives`: the name of a decision, or ""."""

    name: str
    group: str
    says: str
    formula: str
    unit: str
    drives: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One computed quantity. `value`: a plain number in `unit`; `inputs`: what the formula used, in words."""

    name: str
    group: str
    says: str
    value: Any
    unit: str
    formula: str
    inputs: Mapping[str, str] = field(repr=False)
    decision: str

    @property
    def quantity(self) -> Any:
        """The value as a pint quantity."""
        return quantity(self.value, self.unit)

    @property
    def text(self) -> str:
        """The value as one says it: "11,574 tweets/s"."""
        return said(float(self.value), self.unit)

    @property
    def live(self) -> bool:
        """Whether it decides something, and so belongs on the whiteboard."""
        return self.decision != SKIP


@dataclass(frozen=True, repr=False)
class Estimate(Table):
    """All rows for one scenario: iterate, index by name (`["tweets_peak"]`), `.frame()` for pandas; prints as a table."""

    scenario: Scenario
    rows: Mapping[str, Row]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> Row:
        if name not in self.rows:
            raise UnknownName(f"no row {name!r}; there are: {', '.join(self.rows)}")
        return self.rows[name]

    def decided(self) -> dict[str, str]:
        """What the numbers choose: decision → choice."""
        return {name: each.choose(float(self[each.row].value)) for name, each in decisions().items()}

    def live(self) -> Estimate:
        """Only the rows that decide something."""
        return Estimate(self.scenario, {row.name: row for row in self if row.live})

    header = ("quantity", "what it is", "value", "unit", "formula", "decision")

    def cells(self) -> list[tuple[str, ...]]:
        """Rows of text, one a quantity."""
        return [(row.name, row.says, *scaled(float(row.value), row.unit), row.formula, row.decision) for row in self]


def estimate(scenario: Scenario) -> Estimate:
    """Every row of rows.toml for `scenario`. About 65 rows in some 10 ms. Source: design A, 3; the formulas are ours."""
    values = solve_rows(scenario.quantities())
    computed = {each.name: float(in_unit(values[each.name], each.unit)) for each in definitions()}
    return Estimate(scenario, {each.name: _row(each, computed, values) for each in definitions()})


def solve_rows(assumed: Mapping[str, Any], wanted: tuple[str, ...] = ()) -> dict[str, Any]:
    """Assumptions (quantities; arrays make arrays) and every row computed from them, by name; only what `wanted` rows need, if given."""
    known = dict(assumed) | prices() | _constants()
    needed = _needed(wanted) if wanted else None
    for each in definitions():
        if needed is None or each.name in needed:
            known[each.name] = solve(each.formula, known)
    return known


@cache
def definitions() -> tuple[Definition, ...]:
    """The rows of rows.toml, in order."""
    return tuple(Definition(**entry) for entry in _data("rows.toml")["row"])


@cache
def prices() -> dict[str, Any]:
    """price_server … as quantities (prices.toml)."""
    return {f"price_{name}": quantity(entry["value"], entry["unit"]) for name, entry in _data("prices.toml").items()}


@cache
def _constants() -> dict[str, Any]:
    return {unit: quantity(1.0, unit) for unit in _UNITS}


@cache
def _needed(wanted: tuple[str, ...]) -> frozenset[str]:
    """`wanted` rows and the rows that they are computed from."""
    formulas = {each.name: each.formula for each in definitions()}
    waiting, found = list(wanted), set()
    while waiting:
        name = waiting.pop()
        if name in formulas and name not in found:
            found.add(name)
            waiting.extend(names(formulas[name]))
    return frozenset(found)


def _row(each: Definition, computed: Mapping[str, float], values: Mapping[str, Any]) -> Row:
    decision = decisions().get(each.drives)
    used = {name: _spoken(name, computed, values) for name in sorted(names(each.formula)) if name not in _UNITS}
    return Row(each.name, each.group, each.says, computed[each.name], each.unit, each.formula, used, _decides(decision, computed))


def _spoken(name: str, computed: Mapping[str, float], values: Mapping[str, Any]) -> str:
    if name in computed:
        return said(computed[name], next(each.unit for each in definitions() if each.name == name))
    unit = assumptions()[name]["unit"] if name in assumptions() else str(values[name].units)
    return said(float(in_unit(values[name], unit)), unit)


def _decides(decision: Decision | None, computed: Mapping[str, float]) -> str:
    return SKIP if decision is None else f"{decision.asks} {decision.choose(computed[decision.row])}"


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
