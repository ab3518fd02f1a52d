"""The house style of charts: one colour, dash and symbol for each role, and the plotly template that carries them."""

from __future__ import annotations

import os
from typing import Any

# Okabe–Ito, told apart by colour-blind readers; the line style differs too.
COLOURS = {
    "push": "#0072B2", "pull": "#E69F00", "hybrid": "#009E73", "threshold": "#D55E00",
    "optimal": "#CC79A7", "naive": "#8C8C8C", "fast": "#56B4E9", "tiered": "#B8A800",
}  # fmt: skip
DASHES = {
    "push": "solid",
    "pull": "dash",
    "hybrid": "dashdot",
    "threshold": "dash",
    "optimal": "dot",
    "naive": "longdash",
    "fast": "solid",
    "tiered": "longdashdot",
}
SYMBOLS = {
    "push": "circle",
    "pull": "square",
    "hybrid": "diamond",
    "optimal": "star",
    "naive": "x",
    "fast": "triangle-up",
    "tiered": "cross",
}
INK = "#7A7A7A"  # contrast 4.3 on white and on #111
GRID = "rgba(127,127,127,0.22)"
# upright and short: lying, it would cover the end of a long title while the mouse is over the chart
MODEBAR = {
    "orientation": "v",
    "remove": ["lasso2d", "select2d", "autoScale2d"],
    "bgcolor": "rgba(0,0,0,0)",
    "color": INK,
    "activecolor": COLOURS["push"],
}
PATTERNS = {"push": "", "pull": "/", "hybrid": "x", "threshold": ".", "optimal": "+", "naive": "\\", "fast": "", "tiered": "-"}


def use_house_style() -> None:
    """Make the template and a deterministic renderer plotly's defaults. Idempotent; every builder calls it.

    Renderer: "plotly_mimetype" (compared as JSON, the same each run); with COURSE_PREVIEW=1 a PNG is stored beside it.
    """
    import plotly.io as pio

    if "course" not in pio.templates:
        pio.templates["course"] = _template()
    pio.templates.default = "course"
    pio.renderers.default = "plotly_mimetype+png" if os.environ.get("COURSE_PREVIEW") == "1" else "plotly_mimetype"
    png = pio.renderers["png"]
    png.width, png.height, png.scale = 960, 420, 1.5


def _template() -> Any:
    import plotly.graph_objects as go

    axis = {
        "gridcolor": GRID,
        "linecolor": INK,
        "zerolinecolor": GRID,
        "ticks": "outside",
        "tickcolor": INK,
        "automargin": True,
        "title": {"font": {"size": 14}},
        "exponentformat": "none",
        "separatethousands": True,
    }
    layout = go.Layout(
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": INK, "size": 14, "family": "system-ui, -apple-system, Segoe UI, Roboto, sans-serif"},
        title={"x": 0, "xref": "paper", "xanchor": "left", "font": {"size": 17}},
        colorway=list(COLOURS.values()),
        height=420,
        margin={"l": 70, "r": 30, "t": 64, "b": 60},
        showlegend=False,
        modebar=MODEBAR,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="closest",
        xaxis=axis,
        yaxis=axis,
    )
    return go.layout.Template(layout=layout)


def house(figure: Any) -> Any:
    """Put a figure of your own into the house template; returns it."""
    use_house_style()
    figure.update_layout(template="course")
    return figure


def role(name: str) -> str:
    """The role whose colour a series named `name` takes ("push, 10 K followers" → push); others get "naive" grey."""
    words = name.lower()
    return next((key for key in COLOURS if key in words), "naive")
