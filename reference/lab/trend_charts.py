"""Charts of trends: who holds the first places, ranks in time under a slider, what a threshold lets in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reference.lab import charts
from reference.lab.trend_lessons import CITY
from reference.lab.trend_scores import compare, ours, top
from reference.twitter.errors import require

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

ROLES = {"real": "hybrid", "bot": "threshold", "everyday": "naive"}
HELD = {"real bursts": "hybrid", "bots": "threshold", "everyday tags": "naive"}
PAST_MS = 8 * 3_600_000
MS_PER_HOUR = 3_600_000
DAYS = ("Mon", "Tue", "Wed")


def places_figure(report: pd.DataFrame, title: str) -> Any:
    """Stacked bars from `trend_scores.compare`: for each score, the places held by real bursts, bots and everyday tags."""
    import plotly.graph_objects as go

    figure = charts.house(go.Figure())
    for column, part in HELD.items():
        values = [int(value) for value in report[column]]
        hatch = {"shape": {"threshold": "/", "naive": "."}.get(part, ""), "fillmode": "overlay", "fgcolor": "rgba(255,255,255,.35)"}
        marker = {"color": charts.COLOURS[part], "pattern": hatch}
        text = [f"{value:,}" if value >= 30 else "" for value in values]
        figure.add_bar(
            x=values, y=list(report.index), orientation="h", name=column, marker=marker, text=text, textposition="inside", textangle=0
        )
    figure.update_layout(
        barmode="stack",
        showlegend=True,
        legend_traceorder="normal",
        title_text=title,
        height=150 + 52 * len(report),
        margin_t=92,
        bargap=0.35,
    )
    figure.update_xaxes(title_text="places among the first five, over all looks")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure


def errors_figure(errors_percent: np.ndarray, title: str, bin_percent: float = 0.25) -> Any:
    """How many sketches erred by how much: bars of `bin_percent`."""
    import numpy as np
    import plotly.graph_objects as go

    reach = max(2.5, float(np.ceil(np.abs(errors_percent).max())))
    edges = np.arange(-reach, reach + bin_percent, bin_percent)
    count, _ = np.histogram(errors_percent, edges)
    figure = charts.house(
        go.Figure(go.Bar(x=(edges[:-1] + bin_percent / 2).tolist(), y=count.tolist(), marker_color=charts.COLOURS["push"]))
    )
    figure.update_layout(title_text=title, bargap=0.08, height=340)
    figure.update_xaxes(title_text="error of the estimate, %")
    figure.update_yaxes(title_text="tags")
    return figure


@dataclass(frozen=True)
class Ranks:
    """The lists of every look: `lists` {title: rows of `trend_scores.top`}; `looks`: Unix ms of each; `first_ms`: the first midnight."""

    lists: dict[str, pd.DataFrame]
    looks: Sequence[int]
    first_ms: int

    @classmethod
    def of(cls, table: pd.DataFrame, scores: dict[str, pd.Series], n: int = 10) -> Ranks:
        looks = [int(at_ms) for at_ms in table["at_ms"].unique()]
        return cls({name: top(table, score, n) for name, score in scores.items()}, looks, looks[0] + 1 - MS_PER_HOUR)

    def moments(self, every: int = 1) -> list[str]:
        """Names of every `every`-th look, as in "Mon 17:40"."""
        return [self._named(at_ms) for at_ms in self.looks[::every]]

    def at(self, moment: str) -> tuple[int, dict[str, pd.DataFrame]]:
        """(Unix ms of the moment, of each list the rows of the eight hours up to it)."""
        day, hours, minutes = DAYS.index(moment[:3]), int(moment[4:6]), int(moment[7:9])
        at_ms = self.first_ms + ((day * 24 + hours) * 60 + minutes) * 60_000 - 1
        require(at_ms in self.looks, f"moment must be a look, as in {self._named(self.looks[0])!r}, not {moment!r}")
        parts = {name: rows[(rows["at_ms"] > at_ms - PAST_MS) & (rows["at_ms"] <= at_ms)] for name, rows in self.lists.items()}
        return at_ms, parts

    def figure(self, result: tuple[int, dict[str, pd.DataFrame]]) -> Any:
        """One row for each list: lines of ranks, real bursts green, bots vermilion, everyday tags grey; the last names beside them.

        Built as one plain dict: a slider redraws it, and plotly's builders take longer than the slider has.
        """
        import plotly.graph_objects as go

        at_ms, parts = result
        end = (at_ms + 1 - self.first_ms) / MS_PER_HOUR
        traces, names, layout = [], [], dict[str, Any]()
        for row, (name, rows) in enumerate(parts.items()):
            axis = str(row + 1) if row else ""
            traces += [_line(rows[rows["kind"] == kind], kind, self.first_ms, axis) for kind in ROLES]
            names += _names(rows, at_ms, self.first_ms, f"y{axis}")
            domain = [1 - (row + 1) / len(parts) + (0.06 if row + 1 < len(parts) else 0), 1 - row / len(parts)]
            layout[f"yaxis{axis}"] = {"range": [10.7, 0.3], "dtick": 3, "tick0": 1, "title": {"text": f"rank, {name}"}, "domain": domain}
        layout["xaxis"] = {
            "range": [end - 8, end + 0.1],
            "dtick": 1,
            "title": {"text": "hours since Monday 00:00 UTC"},
            "anchor": f"y{axis}",
        }
        title = {"text": self._finding(at_ms, parts)}
        figure = go.Figure(
            {"data": traces, "layout": {**layout, "annotations": names, "title": title, "height": 640, "margin": {"r": 170}}}
        )
        return charts.house(figure)

    def listed(self, result: tuple[int, dict[str, pd.DataFrame]]) -> dict[str, str]:
        """For each list, who stands on it now (the first three)."""
        at_ms, parts = result
        now = {name: rows[rows["at_ms"] == at_ms]["tag"].tolist() for name, rows in parts.items()}
        return {name: " · ".join(tags[:3]) or "nobody" for name, tags in now.items()}

    def _finding(self, at_ms: int, parts: dict[str, pd.DataFrame]) -> str:
        leads = {name: rows[(rows["at_ms"] == at_ms) & (rows["place"] == 1)]["tag"].tolist() for name, rows in parts.items()}
        said = "; ".join(f"{name}: {tags[0]} first" if tags else f"{name}: nobody" for name, tags in leads.items())
        return f"{self._named(at_ms)} — {said}"

    def _named(self, at_ms: int) -> str:
        minute = (at_ms + 1 - self.first_ms) // 60_000
        return f"{DAYS[minute // 1440]} {minute // 60 % 24:02d}:{minute % 60:02d}"


def _line(rows: pd.DataFrame, kind: str, first_ms: int, axis: str) -> dict[str, Any]:
    """All tags of a kind as one line, broken between tags and where a tag was not listed: three traces a row, whatever is listed."""
    xs: list[float | None] = []
    ys: list[int | None] = []
    last = ("", 0)
    for tag, at_ms, place in sorted(zip(rows["tag"], rows["at_ms"].tolist(), rows["place"].tolist(), strict=True)):
        if xs and (tag != last[0] or at_ms - last[1] > 600_000):
            xs.append(None)
            ys.append(None)
        xs.append((at_ms + 1 - first_ms) / MS_PER_HOUR)
        ys.append(place)
        last = (tag, at_ms)
    grey = kind == "everyday"
    line = {"color": charts.COLOURS[ROLES[kind]], "width": 1.2 if grey else 3, "dash": "dash" if kind == "bot" else "solid"}
    marker = {"size": 4 if grey else 7, "symbol": "x" if kind == "bot" else "circle"}
    drawn = {"x": xs, "y": ys, "name": f"{kind} tags" if grey else f"{kind} bursts", "opacity": 0.6 if grey else 1}
    return {"type": "scatter", "mode": "lines+markers", **drawn, "line": line, "marker": marker, "yaxis": f"y{axis}"}


def _names(rows: pd.DataFrame, last_ms: int, first_ms: int, axis: str) -> list[dict[str, Any]]:
    """Tags of the last look right of their lines; bursts that left the list before, above the point where they first stood best."""
    now = rows[rows["at_ms"] == last_ms]
    gone = rows[(rows["kind"] != "everyday") & ~rows["tag"].isin(now["tag"])].sort_values(["place", "at_ms"]).drop_duplicates("tag")
    names = []
    for part, aside in ((now, {"xshift": 12}), (gone, {"yshift": 13})):
        for tag, at_ms, rank, kind in zip(part["tag"], part["at_ms"].tolist(), part["place"].tolist(), part["kind"], strict=True):
            font = {"size": 12} | ({} if kind == "everyday" else {"color": charts.COLOURS[ROLES[kind]]})
            place = {"x": (at_ms + 1 - first_ms) / MS_PER_HOUR, "y": rank, "yref": axis, "xanchor": "left", **aside}
            names.append({**place, "text": tag, "showarrow": False, "font": font})
    return names


def doors(table: pd.DataFrame, people: int, velocity: float, diversity: float = CITY.min_diversity) -> pd.DataFrame:
    """`trend_scores.compare` of our score with these thresholds; one row."""
    policy = replace(CITY, min_unique_users=people, min_velocity=float(velocity), min_diversity=diversity)
    return compare(table, {"listed": ours(table, policy)})


def doors_figure(report: pd.DataFrame) -> Any:
    """Who holds the places under one choice of thresholds."""
    row = report.iloc[0]
    values = {name: int(row[name]) for name in HELD}
    title = f"{row['real found']} of 6 real bursts and {row['bots listed']} of 3 bot bursts are listed"
    return charts.bars(values, title=title, unit="places among the first five, over all looks", roles=HELD)
