"""Where decisions stand between their limits: two estimates side by side in one chart, and the sliders that move it."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reference.estimation.curveballs import throws
from reference.estimation.decisions import decisions
from reference.estimation.estimate import definitions, solve_rows
from reference.estimation.scenario import Scenario, assumptions
from reference.estimation.units import in_unit
from reference.lab import charts
from reference.lab.whatif import Slider, WhatIf, whatif

ASKED, FLIPS = "asked", "what flips"
NAMED = 4  # as many flips are named in a title; beyond, the lines say it
EDGE = 2_000.0  # a chart of positions ends at 1 / 2,000 and at 2,000
TICKS = {0.001: "÷1000", 0.01: "÷100", 0.1: "÷10", 1: "1", 10: "×10", 100: "×100", 1_000: "×1000"}
AXIS: dict[str, Any] = {
    "type": "log",
    "tickvals": list(TICKS),
    "ticktext": list(TICKS.values()),
    "range": [-math.log10(2 * EDGE), math.log10(2 * EDGE)],
}
AXIS |= {"automargin": False, "title": {"text": "the number, relative to before (log scale)"}}
ROW_PX, LABEL_CHARS = 42, 40
MARGIN = {"t": 88, "l": 280}  # room for the toolbar and a title of two lines, and for labels of LABEL_CHARS
SIZED = ("users", "daily_users", "tweets_per_day", "largest_following", "budget")  # what grows when the whole service does


def standing(scenario: Scenario) -> dict[str, float]:
    """decision → the number that it hangs on. Only these rows are computed: some 10 ms."""
    rows = {each.name: each.unit for each in definitions()}
    wanted = {name: each.row for name, each in decisions().items()}
    solved = solve_rows(scenario.quantities(), tuple(wanted.values()))
    return {name: float(in_unit(solved[row], rows[row])) for name, row in wanted.items()}


def margin(name: str, value: float) -> float:
    """How many times larger or smaller the number of decision `name` must get to make it another; infinite at 0."""
    limits = [limit for limit in decisions()[name].limits() if limit > 0]
    return min((max(value / limit, limit / value) for limit in limits), default=math.inf) if value > 0 else math.inf


@dataclass(frozen=True, slots=True)
class Moved:
    """Two standings of the same service: decision → number, before and after. prompt: what was said to make it move."""

    before: Mapping[str, float]
    after: Mapping[str, float]
    prompt: str = ""

    def flips(self) -> dict[str, str]:
        """decision → its new choice, for those that come out otherwise."""
        chosen = {name: (each.choose(self.before[name]), each.choose(self.after[name])) for name, each in decisions().items()}
        return {name: new for name, (old, new) in chosen.items() if new != old}

    def order(self) -> list[str]:
        """Decisions, the one nearest to a limit first."""
        return sorted(decisions(), key=lambda name: margin(name, self.before[name]))

    def place(self, name: str) -> float:
        """The number over what it was before, cut at the edges of the chart."""
        old, new = self.before[name], self.after[name]
        ratio = new / old if old else (EDGE if new else 1.0)
        return min(max(ratio, 1 / EDGE), EDGE)

    def limits(self, name: str) -> list[float]:
        """Where the choice changes, over the number before."""
        places = [limit / self.before[name] for limit in decisions()[name].limits() if self.before[name]]
        return [place for place in places if 1 / EDGE <= place <= EDGE]

    def title(self) -> str:
        """What happened, in a line."""
        if self.prompt:
            return f"“{self.prompt}” {self._news() if self.after != self.before else 'What flips?'}"
        return self._news()

    def _news(self) -> str:
        flips = [said(name) for name in self.flips()]
        if flips:
            names = f": {', '.join(flips)}" if len(flips) <= NAMED else ""
            return f"{len(flips)} of {len(decisions())} decisions flip{names}"
        moved = max(max(self.place(name), 1 / self.place(name)) for name in decisions())
        if moved > 1.005:
            return f"No decision flips; the number that moved most moved {moved:.2g}×"
        nearest = self.order()[0]
        return f"Nothing has moved yet; nearest to a limit: {said(nearest)}, {margin(nearest, self.before[nearest]):.2g}× away"


def moved_figure(moved: Moved) -> Any:
    """Each decision's number relative to before (1), the limits at which it becomes another, and what it chooses now.

    Rows, margins and the order of traces stay as they are when something moves: the browser then redraws dots and labels only.
    """
    import plotly.graph_objects as go

    order, flips = moved.order(), moved.flips()
    ticks = [(place, said(name)) for name in order for place in moved.limits(name)]
    limit = {"symbol": "line-ns", "size": 16, "line": {"width": 3, "color": charts.COLOURS["threshold"]}}
    dots = [_dots("limit", ticks, limit)]
    for kind, colour, symbol in (("stands", "push", "circle"), ("flips", "threshold", "diamond")):
        points = [(moved.place(name), said(name)) for name in order if (name in flips) == (kind == "flips")]
        dots.append(_dots(kind, points, {"symbol": symbol, "size": 13, "color": charts.COLOURS[colour]}))
    names = [said(name) for name in reversed(order)]
    labels = [_label(name, decisions()[name].choose(moved.after[name]), name in flips) for name in reversed(order)]
    rows: dict[str, Any] = {"categoryorder": "array", "categoryarray": names, "tickmode": "array", "tickvals": names, "ticktext": labels}
    rows |= {"tickfont": {"size": 11}, "automargin": False, "range": [-0.7, len(order) - 0.3]}
    height = 146 + ROW_PX * len(order)
    title = {"text": wrapped(moved.title()), "xref": "container", "x": 0.01, "yref": "container", "y": 1 - 30 / height, "yanchor": "top"}
    size = {"height": height, "margin": MARGIN, "showlegend": False}
    charts.use_house_style()
    return go.Figure(dots, {"template": "course", "title": title, "xaxis": AXIS, "yaxis": rows, **size})


def _dots(name: str, points: Sequence[tuple[float, str]], marker: Mapping[str, Any]) -> dict[str, Any]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    hover = "%{x:.3g}×<extra>%{y}</extra>"
    return {"type": "scatter", "mode": "markers", "name": name, "x": xs, "y": ys, "marker": marker, "hovertemplate": hover}


def said(name: str) -> str:
    """A decision's name in words."""
    return name.replace("_", " ")


def _label(name: str, choice: str, flipped: bool) -> str:
    lines = "<br>".join(textwrap.wrap(f"now: {choice}" if flipped else choice, LABEL_CHARS))
    return f"{said(name)}<br><b>{lines}</b>" if flipped else f"{said(name)}<br>{lines}"


def wrapped(title: str) -> str:
    """A title in lines that fit above a chart."""
    return "<br>".join(textwrap.wrap(title, charts.TITLE_CHARS))


def sized(scenario: Scenario, size: float) -> Scenario:
    """The same service `size` times as large: accounts, readers, tweets, the largest account, the budget; cut at the allowed ranges."""
    values: dict[str, Any] = {}
    for name in SIZED:
        low, high = assumptions()[name]["low"], assumptions()[name]["high"]
        values[name] = min(max(getattr(scenario, name) * size, low), high)
    return scenario.but(**values)


def moved(scenario: Scenario, other: Scenario) -> Moved:
    """The decisions of `other` beside those of `scenario`."""
    return Moved(standing(scenario), standing(other))


def dialled(scenario: Scenario, size: float, loads: float, follows: float, entries: float, retention: float) -> Scenario:
    """`scenario` with the five dials at these values."""
    changes = {"timelines_per_user": loads, "follows_per_user": follows, "timeline_entries": entries, "retention": retention}
    return sized(scenario, size).but("", **changes)


def dials(scenario: Scenario) -> WhatIf:
    """The what-if panel: five assumptions, seventeen decisions."""
    sliders = {
        "size": Slider("size of the whole service, ×", values=[0.0001, 0.001, 0.01, 0.1, 1, 10], default=1),
        "loads": _slider("timelines that a user loads in a day", [0.1, 0.5, 1, 2, 5, 10, 20, 50, 100], scenario.timelines_per_user),
        "follows": _slider("accounts that a user follows", [8, 25, 50, 100, 200, 400, 800, 2_000], scenario.follows_per_user),
        "entries": _slider("entries kept of a timeline", [20, 50, 100, 128, 200, 400, 800], scenario.timeline_entries),
        "retention": _slider("years that tweets are kept", [0.1, 0.5, 1, 2, 5, 10, 20], scenario.retention),
    }
    before = standing(scenario)
    return whatif(lambda **values: Moved(before, standing(dialled(scenario, **values))), sliders, moved_figure, numbers=_flipped)


def _slider(label: str, values: Sequence[float], default: float) -> Slider:
    return Slider(label, values=sorted({*values, default}), default=default)


def balls(scenario: Scenario) -> WhatIf:
    """Every curveball at `scenario`, two notches each: first it is asked, then one sees what flips."""
    before = standing(scenario)
    stops = {f"{number}: {word}": (ball, word) for number, ball in enumerate(throws(), start=1) for word in (ASKED, FLIPS)}

    def model(stop: str) -> Moved:
        ball, word = stops[stop]
        return Moved(before, standing(ball.applied(scenario)) if word == FLIPS else before, ball.says)

    return whatif(model, {"stop": Slider("curveball", values=list(stops), default=next(iter(stops)))}, moved_figure, numbers=_flipped)


def thrown(scenario: Scenario, name: str) -> Scenario:
    """`scenario` after the curveball of that name."""
    return next(each for each in throws() if each.name == name).applied(scenario)


def _flipped(moved: Moved) -> dict[str, str]:
    nothing = "say which, then move on" if moved.prompt and moved.after == moved.before else "none"
    return {said(name): choice for name, choice in moved.flips().items()} or {"flips": nothing}
