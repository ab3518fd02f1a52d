"""The house template for plotly: colour and line style by role, units on every axis, the finding in the title, labels beside the lines.

Figures are transparent, with text in a grey that reads on white and on Lab's dark ground; inside Lab the page's own text colour
takes over. Every builder returns a plain `go.Figure`. Importing this module is cheap; plotly is imported by the first chart.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from reference.lab.chart_style import COLOURS, DASHES, INK, PATTERNS, SYMBOLS, house, role, use_house_style
from reference.notebook import data_table
from reference.twitter.errors import require

__all__ = ["COLOURS", "bars", "before_after", "data_table", "house", "lines", "mark", "use_house_style"]

TITLE_CHARS = 86  # what fits above a chart in Lab at 1280 px

Number = float | int
Series = tuple[Sequence[Number], Sequence[Number]]


def _roles(names: Sequence[str], roles: Mapping[str, str] | None) -> list[str]:
    chosen = [(roles or {}).get(name, role(name)) for name in names]
    for name in chosen:
        require(name in COLOURS, f"role must be one of {', '.join(COLOURS)}, not {name!r}")
    return chosen


def _figure(title: str, x: str, y: str, *, log_x: bool = False, log_y: bool = False) -> Any:
    import plotly.graph_objects as go

    use_house_style()
    wrapped = textwrap.wrap(title, TITLE_CHARS)
    layout = {
        "title": {"text": "<br>".join(wrapped)},
        "margin": {"t": 64 + 22 * max(0, len(wrapped) - 1)},
        "xaxis": _axis(x, log_x),
        "yaxis": _axis(y, log_y),
    }
    return go.Figure(layout=layout)  # at once, and with the house's template by default: to set it again takes as long as all the rest


def _axis(title: str, log: bool) -> dict[str, Any]:
    """A log axis says so, and writes powers of ten as one says them (10k, 1M)."""
    return {"title_text": f"{title} (log scale)", "type": "log", "dtick": 1, "tickformat": "~s"} if log else {"title_text": title}


def bars(
    values: Mapping[str, Number], *, title: str, unit: str, log: bool = False, roles: Mapping[str, str] | None = None, category: str = ""
) -> Any:
    """One horizontal bar per entry of `values` (first on top), its value written beside it. `log`: a log axis; zeros then show as no bar.

    title: the finding. unit: what the axis counts ("Redis commands"). roles: {entry: role} where its name does not tell.
    """
    import plotly.graph_objects as go

    names = list(values)
    chosen = _roles(names, roles)
    numbers = [_plain(values[name]) for name in names]
    figure = _figure(title, unit, category, log_x=log)
    figure.add_trace(
        go.Bar(
            x=numbers, y=names, orientation="h", text=[_label(number) for number in numbers], textposition="outside", cliponaxis=False,
            marker={"color": [COLOURS[name] for name in chosen], "pattern": _pattern(chosen)},
            hovertemplate="%{y}: %{x:,} " + unit + "<extra></extra>",
        )
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(height=max(220, 110 + 46 * len(names)), margin_r=90, bargap=0.35)
    return figure


def _pattern(roles: Sequence[str]) -> dict[str, Any]:
    return {"shape": [PATTERNS[name] for name in roles], "fillmode": "overlay", "fgcolor": "rgba(255,255,255,.55)"}


def lines(
    series: Mapping[str, Series],
    *,
    title: str,
    x: str,
    y: str,
    log_x: bool = False,
    log_y: bool = False,
    step: bool = False,
    markers: bool = True,
    roles: Mapping[str, str] | None = None,
    thresholds: Mapping[str, Number] | None = None,
) -> Any:
    """One line per entry of `series` {name: (xs, ys)}, its name beside its last point. x, y: axis titles with units.

    step: draw steps (distributions, counters). thresholds: {"C: 100 K": 100_000} draws a dashed vertical line each, named at its top.
    """
    import plotly.graph_objects as go

    figure = _figure(title, x, y, log_x=log_x, log_y=log_y)
    names = list(series)
    for name, part in zip(names, _roles(names, roles), strict=True):
        xs, ys = ([_plain(value) for value in axis] for axis in series[name])
        require(len(xs) == len(ys), f"series {name!r} must have as many x as y, not {len(xs)} and {len(ys)}")
        line = {"color": COLOURS[part], "dash": DASHES[part], "width": 2.5, "shape": "hv" if step else "linear"}
        marker = {"symbol": SYMBOLS.get(part, "circle"), "size": 8, "color": COLOURS[part]}
        figure.add_trace(go.Scatter(x=xs, y=ys, name=name, mode="lines+markers" if markers else "lines", line=line, marker=marker))
        _label_end(figure, name, xs, ys, log_x, log_y)
    figure.update_layout(margin_r=40 + 8 * max((len(name) for name in names), default=0))
    for place, (name, at) in enumerate((thresholds or {}).items()):
        mark(figure, at, name, row=place)
    return figure


def _label_end(figure: Any, name: str, xs: Sequence[Number], ys: Sequence[Number], log_x: bool, log_y: bool) -> None:
    """The series' name right of its last point: annotations on log axes take logarithms."""
    if xs:
        at = {"x": _scaled(xs[-1], log_x), "y": _scaled(ys[-1], log_y)}
        figure.add_annotation(text=name, showarrow=False, xanchor="left", xshift=9, **at)


def _scaled(value: Number, log: bool) -> Number:
    from math import log10

    return log10(value) if log and value > 0 else value


def mark(figure: Any, at: Number, name: str, *, role_name: str = "threshold", row: int = 0) -> Any:
    """A dashed vertical line at x = `at`, named at its top (`row` moves the name down, for marks that crowd). Returns the figure."""
    log = figure.layout.xaxis.type == "log"
    figure.add_vline(x=at, line={"color": COLOURS[role_name], "dash": "dash", "width": 2})
    figure.add_annotation(
        x=_scaled(at, log),
        y=1,
        yref="paper",
        text=name,
        showarrow=False,
        xanchor="left",
        yanchor="top",
        xshift=4,
        yshift=-18 * row,
        font={"size": 12},
    )
    return figure


def before_after(
    values: Mapping[str, tuple[Number, Number]], *, title: str, unit: str, log: bool = False, names: tuple[str, str] = ("before", "after")
) -> Any:
    """A dumbbell per entry of `values` {what: (before, after)}: hollow grey to full green, both values written beside the points."""
    import plotly.graph_objects as go

    figure = _figure(title, unit, "", log_x=log)
    labels = list(values)
    pairs = [(_plain(before), _plain(after)) for before, after in values.values()]
    for label, (before, after) in zip(labels, pairs, strict=True):
        figure.add_shape(type="line", x0=before, x1=after, y0=label, y1=label, line={"color": INK, "width": 2}, layer="below")
    for place, (name, colour, symbol) in enumerate(((names[0], COLOURS["naive"], "circle-open"), (names[1], COLOURS["hybrid"], "circle"))):
        points = [pair[place] for pair in pairs]
        sides = ["middle left" if pair[place] <= pair[1 - place] else "middle right" for pair in pairs]
        text = [f"  {_label(point)}  " for point in points]
        marker = {"color": colour, "size": 13, "symbol": symbol, "line": {"width": 2.5, "color": colour}}
        figure.add_trace(
            go.Scatter(x=points, y=labels, name=name, mode="markers+text", text=text, textposition=sides, marker=marker, cliponaxis=False)
        )
    figure.update_yaxes(range=[len(labels) - 0.5, -0.5], showgrid=False)
    figure.update_layout(showlegend=True, margin_t=figure.layout.margin.t + 26, height=max(240, 150 + 50 * len(labels)), margin_r=90)
    return figure


def _plain(value: Any) -> Any:
    """numpy numbers as Python's own: the stored JSON must not depend on the array type (plotly stores arrays as base64)."""
    return value.item() if hasattr(value, "item") else value


def _label(value: Number) -> str:
    if abs(value) >= 1_000_000:
        return f"{value / 1_000_000:,.3g} M" if abs(value) < 999_500_000 else f"{value / 1e9:,.3g} B"
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 100 else f"{value:.3g}"
