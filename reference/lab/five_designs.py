"""The five published designs as estimates side by side: how far apart their rows lie, and which assumption does it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from reference.estimation.decisions import decisions
from reference.estimation.estimate import Estimate, definitions, estimate, solve_rows
from reference.estimation.scenario import Scenario, assumptions
from reference.estimation.units import in_unit
from reference.lab import charts
from reference.lab.decision_dials import wrapped
from reference.lab.estimation_lessons import Listed

DESIGNS = "ABCDE"


def five() -> dict[str, Estimate]:
    """Letter → the estimate of that published design."""
    return {letter: estimate(Scenario.load(letter)) for letter in DESIGNS}


def five_figure(found: Mapping[str, Estimate], rows: Sequence[str]) -> Any:
    """Rows × designs, each relative to design A; the row whose designs lie furthest apart on top."""
    import plotly.graph_objects as go

    apart = {row: spread_of(found, row) for row in rows}
    order = sorted(rows, key=lambda row: apart[row])
    labels = [f"{row.replace('_', ' ')}, {found['A'][row].text} in A" for row in order]
    disputed, top = differing(found).cells(), order[-1].replace("_", " ")
    title = f"Up to {apart[order[-1]]:,.0f}× apart ({top}), and {len(disputed)} of {len(decisions())} decisions differ"
    figure = charts.house(go.Figure())
    for place, (letter, each) in enumerate(found.items()):
        xs = [float(each[row].value / found["A"][row].value) for row in order]
        marker = {"size": 13, "color": list(charts.COLOURS.values())[place], "symbol": list(charts.SYMBOLS.values())[place]}
        if letter == "A":  # a ring, so that what lies on it is seen
            marker |= {"size": 20, "symbol": "circle-open", "line": {"width": 2}}
        hover = [each[row].text for row in order]
        figure.add_trace(go.Scatter(x=xs, y=labels, name=letter, mode="markers", marker=marker, text=hover, hovertemplate="%{text}"))
    figure.update_xaxes(type="log", title_text="relative to design A (log scale)", dtick=1, tickformat="~g")
    figure.update_layout(title_text=wrapped(title), showlegend=True, height=170 + 34 * len(rows), margin_t=96)
    return figure


def differing(found: Mapping[str, Estimate]) -> Listed:
    """The decisions that not all designs' numbers agree on: decisions × designs."""
    chosen = {letter: each.decided() for letter, each in found.items()}
    rows = [(name, *(each[name] for each in chosen.values())) for name in chosen["A"]]
    return Listed(("decision", *chosen), [row for row in rows if len(set(row[1:])) > 1])


def spread_of(found: Mapping[str, Estimate], row: str) -> float:
    """The largest value of a row over the smallest, among designs."""
    values = [float(each[row].value) for each in found.values()]
    return max(values) / min(values)


def why_apart(row: str, one: Scenario, other: Scenario, top: int = 4) -> dict[str, float]:
    """By how much `row` of `one` changes when one assumption alone is taken from `other`; the strongest first.

    Where a row is a product, the factors of all assumptions multiply to the whole difference.
    """
    before, factors = value(one, row), {}
    for name in assumptions():
        if getattr(one, name) != getattr(other, name):
            factors[name] = value(_taking(one, other, name), row) / before
    telling = {name: factor for name, factor in factors.items() if factor != 1}
    return dict(sorted(telling.items(), key=lambda pair: -abs(math.log(pair[1])))[:top])


def apart_table(found: Mapping[str, Estimate], rows: Sequence[str]) -> Listed:
    """For each row the design furthest from A, how far, and the assumptions that do it."""
    listed = []
    for row in rows:
        base = float(found["A"][row].value)
        far = max(found, key=lambda letter: abs(math.log(float(found[letter][row].value) / base)))
        factors = why_apart(row, found["A"].scenario, found[far].scenario, top=3)
        because = ", ".join(f"{name} {factor:.3g}×" for name, factor in factors.items())
        ratio = f"{float(found[far][row].value) / base:.3g}×"
        listed.append((row, found["A"][row].text, far, found[far][row].text, ratio, because))
    return Listed(("row", "in A", "furthest", "there", "ratio", "one assumption alone"), listed)


def value(scenario: Scenario, row: str) -> float:
    """One row, computed alone."""
    unit = next(each.unit for each in definitions() if each.name == row)
    return float(in_unit(solve_rows(scenario.quantities(), (row,))[row], unit))


def _taking(one: Scenario, other: Scenario, name: str) -> Scenario:
    """`one` with `name` as in `other`; accounts and daily users make room for each other."""
    if name == "daily_users":
        return one.but(daily_users=other.daily_users, users=max(one.users, other.daily_users))
    if name == "users":
        return one.but(users=max(other.users, one.daily_users))
    return one.but("", **{name: getattr(other, name)})
