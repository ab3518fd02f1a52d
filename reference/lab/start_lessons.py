"""The celebrity dial of the first notebook, and what an interview of so many minutes leaves for each phase.

One tweet of an account with 30 M followers: below the threshold it is pushed into every follower's home timeline, from the threshold on its
followers pull it. The dial shows what either costs. numpy and plotly only: it is the first thing a learner waits for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from reference.lab.chart_style import COLOURS, DASHES, house
from reference.lab.large_graph import LargeGraph, author_classes
from reference.lab.whatif import Slider, WhatIf, whatif
from reference.twitter.errors import require, require_int
from reference.twitter.fanout import AuthorFacts, FanoutOnWrite, Hybrid, ReaderFacts, Route

QUESTION = "30 M followers, one tweet. How many writes in the course's system, rows and timeline entries?"
CELEBRITY_FOLLOWERS = 30_000_000
COURSE_THRESHOLD = Hybrid().celebrity_threshold
POST_WRITES = 3  # the tweet's row, its event's row (one transaction), an entry in the author's own list, from which readers pull
DELIVERIES_PER_S = 100_000  # design C, deep dive 1: 10 M followers in 100 s
POSITIONS = {
    "1 K": 1_000, "5 K (B)": 5_000, "10 K (D)": 10_000, "100 K (A)": 100_000, "1 M (C, E)": 1_000_000, "10 M": 10_000_000,
    "push to all": math.inf,
}  # fmt: skip
DEFAULT = next(name for name, threshold in POSITIONS.items() if threshold == COURSE_THRESHOLD)
SLIDER = Slider("Celebrity threshold, in followers", values=list(POSITIONS), default=DEFAULT)


@dataclass(frozen=True)
class Dial:
    """One position of the dial. writes, celebrity_s: the celebrity's tweet (0 s: nothing is delivered, readers pull). slowest_s: seconds
    until the last follower has the most pushed tweet of the graph. lists_per_read: authors' lists that a home read pulls, on average."""

    position: str
    writes: int
    celebrity_s: float
    slowest_s: float
    lists_per_read: float


def turn(position: str = DEFAULT) -> Dial:
    """What the dial shows at one of POSITIONS. Raises InvalidInput. O(classes): under a millisecond, 0.1 s the first time."""
    require(position in POSITIONS, f"position must be one of {', '.join(POSITIONS)}, not {position!r}")
    threshold = POSITIONS[position]
    deliveries = deliveries_of_a_tweet(CELEBRITY_FOLLOWERS, threshold)
    followers, share = _graph()
    pushed = followers < threshold
    slowest = followers[pushed].max(initial=0) / DELIVERIES_PER_S
    lists = share[~pushed].sum() * LargeGraph().mean_followees
    return Dial(position, POST_WRITES + deliveries, deliveries / DELIVERIES_PER_S, float(slowest), float(lists))


def celebrity_writes() -> int:
    """Writes of the celebrity's tweet in the course's own system, as it stands."""
    return turn(DEFAULT).writes


def deliveries_of_a_tweet(followers: int, threshold: float) -> int:
    """Home timelines written, by the system's own policy (infinity: everybody is pushed)."""
    policy = FanoutOnWrite() if threshold == math.inf else Hybrid(int(threshold))
    pushed = policy.route(policy.classify(AuthorFacts(followers)), ReaderFacts()) is Route.PUSH
    return followers if pushed else 0


@lru_cache(maxsize=1)
def _graph() -> tuple[np.ndarray, np.ndarray]:
    """Followers of each class of authors in a graph of 800 M accounts, and the class's share of all follows."""
    classes = author_classes(LargeGraph())
    held = classes["accounts"] * classes["followers"]
    return classes["followers"], held / held.sum()


# — what is shown —


def celebrity_dial() -> WhatIf:
    """The panel. Before a learner it is built while the question is being read: the first chart loads plotly, here and in the page."""
    panel = whatif(turn, {"position": SLIDER}, draw, numbers=in_words)
    _ = panel.widget
    return panel


def draw(dial: Dial) -> Any:
    """Two panels over the dial's positions: seconds of the slowest tweet (push), lists pulled by a home read (pull)."""
    from plotly.subplots import make_subplots

    settings = [turn(position) for position in POSITIONS]
    names = ("The slowest pushed tweet reaches its last follower after", "Each home read pulls, on average")
    figure = house(make_subplots(rows=1, cols=2, subplot_titles=names, horizontal_spacing=0.12))
    _panel(figure, 1, "push", dial, {each.position: each.slowest_s for each in settings}, seconds(dial.slowest_s))
    _panel(figure, 2, "pull", dial, {each.position: each.lists_per_read for each in settings}, f"{dial.lists_per_read:.0f} lists")
    figure.update_yaxes(type="log", dtick=1, tickformat="~g", title_text="seconds (log scale)", range=[-2.9, 4.2], row=1, col=1)
    figure.update_yaxes(title_text="authors' lists per read", range=[-8, 98], row=1, col=2)
    ticks = {"tickvals": list(POSITIONS), "ticktext": [_in_two_lines(name) for name in POSITIONS], "tickangle": 0, "tickfont_size": 12}
    figure.update_xaxes(title_text="celebrity threshold, followers (and who publishes it)", title_font_size=13, **ticks)
    figure.update_xaxes(range=[-0.6, len(POSITIONS) - 0.4])
    figure.update_annotations(font_size=13)
    heading = {"text": title(dial), "x": 0.01, "xref": "container"}
    return figure.update_layout(title=heading, height=340, margin={"t": 78, "b": 66, "r": 16, "l": 66})


def _panel(figure: Any, column: int, role: str, dial: Dial, values: Mapping[str, float], label: str) -> None:
    """The curve, and where the dial stands on it."""
    import plotly.graph_objects as go

    line = {"color": COLOURS[role], "width": 2.5, "dash": DASHES[role]}
    figure.add_trace(go.Scatter(x=list(values), y=list(values.values()), name=role, mode="lines+markers", line=line), row=1, col=column)
    place = list(values).index(dial.position)
    sides = ("bottom right", "top left") if role == "push" else ("top right", "top center")
    here = go.Scatter(
        x=[dial.position], y=[values[dial.position]], name="the dial", mode="markers+text", text=[f"<b>{label}</b>"],
        textposition=sides[place > (1 if role == "push" else 4)], textfont={"size": 15}, cliponaxis=False,
        marker={"size": 15, "color": COLOURS["threshold"], "symbol": "diamond"},
    )  # fmt: skip
    figure.add_trace(here, row=1, col=column)


def _in_two_lines(position: str) -> str:
    """ "5 K (B)" as "5 K" over "B"."""
    return position.replace(" (", "<br>").replace(")", "").replace("push to", "push<br>to")


def title(dial: Dial) -> str:
    """The finding at this position."""
    if dial.celebrity_s:
        return f"Pushed to all, the 30 M account's tweet is {dial.writes:,} writes and takes {seconds(dial.celebrity_s)}"
    return f"At a threshold of {dial.position.split(' (')[0]} the 30 M account's tweet is {dial.writes} writes: readers pull it"


def in_words(dial: Dial) -> dict[str, str]:
    """The key numbers under the chart."""
    return {
        "writes of this tweet": f"{dial.writes:,}",
        "its last follower has it after": seconds(dial.celebrity_s) if dial.celebrity_s else "the next read",
        "the slowest pushed tweet": seconds(dial.slowest_s),
        "lists per home read": f"{dial.lists_per_read:.0f}",
    }


def seconds(value: float) -> str:
    """ "0.01 s", "99 s", "5 min"."""
    return f"{value / 60:.3g} min" if value >= 120 else f"{value:.2g} s"


# — the clock of the interview —


def share_minutes(weights: Mapping[str, int], total: int) -> dict[str, int]:
    """`total` whole minutes in proportion to `weights`, by largest remainder (earlier names win ties). Raises InvalidInput."""
    require_int("total", total, 0)
    whole = sum(weights.values())
    require(whole > 0 and min(weights.values()) >= 0, f"weights must be >= 0 and not all 0, not {dict(weights)}")
    shares = {name: weight * total // whole for name, weight in weights.items()}
    most_cut = sorted(weights, key=lambda name: -(weights[name] * total % whole))
    for name in most_cut[: total - sum(shares.values())]:
        shares[name] += 1
    return shares
