"""Every threshold as one point: what it writes, how long a page takes, when the last follower sees a tweet; and what activity changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from reference.estimation.errors import EstimationError
from reference.estimation.scenario import Scenario
from reference.lab import charts
from reference.lab.fanout_lessons import threshold_name
from reference.lab.fanout_model import PURE_PUSH, FanoutModel, LargeGraph
from reference.lab.latency import hedged, hops
from reference.lab.latency_lessons import page_of
from reference.lab.queueing import servers_for, time_to_visible
from reference.lab.scale_load import SECONDS_PER_DAY
from reference.twitter.errors import TwitterError

if TYPE_CHECKING:
    import pandas as pd

PUBLISHED = (5_000, 10_000, 100_000, 1_000_000)
OWNERS = {5_000: "B", 10_000: "D", 100_000: "A", 1_000_000: "C, E"}
BATCH_MS, BATCH = 4.2, 500  # queueing's defaults: 0.2 ms a batch and 8 µs a delivery
UTILISATION = 0.8
FEW = 2_000  # classes of accounts in a panel's graph


@lru_cache(maxsize=512)
def page_p99_ms(lookups: int, hedge: bool = False) -> float:
    """p99 of a home page that reads `lookups` timelines at once beside its own; hedged after a read's p95."""
    read = hops()["cassandra point read"]
    return page_of(hedged(read, read.percentile(95)) if hedge else read, lookups).percentile(99)


def workers(deliveries_per_s: float) -> int:
    """Workers of 119 K deliveries/s that are busy 80 % of their time."""
    return servers_for(deliveries_per_s / BATCH, BATCH_MS, UTILISATION)


def front(
    model: FanoutModel, thresholds: Sequence[float] = (*PUBLISHED, PURE_PUSH), pull_cost: float = 1.0, active_only: bool = False
) -> pd.DataFrame:
    """One row a threshold: deliveries_per_s, lookups_per_s, workers, pulled_per_read, page_p99_ms, hedged_p99_ms, largest_fanout, visible_s
    (of the largest pushed author, workers 80 % busy with other tweets), vs_push (cost a day, pure push = 1).

    active_only: only active readers are pushed to; a dormant one's rare read looks up whom the others get pushed.
    """
    return _priced(model, model.curve(thresholds, 1.0, pull_cost), pull_cost, active_only)


def _priced(model: FanoutModel, curve: pd.DataFrame, pull_cost: float, active_only: bool) -> pd.DataFrame:
    import pandas as pd

    deliveries, lookups, largest = (curve[name].to_numpy() for name in ("deliveries_per_day", "lookups_per_day", "largest_fanout"))
    if active_only:
        graph = model.graph
        below = np.array([_edges_below(model, threshold) for threshold in curve["threshold"]])
        lookups = lookups + below * graph.dormant_share * graph.reads_per_dormant
        deliveries, largest = deliveries * (1 - graph.dormant_share), largest * (1 - graph.dormant_share)
    everything = curve["cost_per_day"].iloc[0] / curve["vs_push"].iloc[0]
    pulled = curve["pulled_per_read"].round().astype(int)
    fleet = [workers(rate / SECONDS_PER_DAY) for rate in deliveries]
    return pd.DataFrame({
        "threshold": curve["threshold"], "deliveries_per_s": deliveries / SECONDS_PER_DAY, "lookups_per_s": lookups / SECONDS_PER_DAY,
        "workers": fleet, "pulled_per_read": pulled, "page_p99_ms": [page_p99_ms(n) for n in pulled],
        "hedged_p99_ms": [page_p99_ms(n, hedge=True) for n in pulled], "largest_fanout": largest,
        "visible_s": [_visible_s(followers, count) for followers, count in zip(largest, fleet, strict=True)],
        "vs_push": (deliveries + pull_cost * lookups) / everything,
    })  # fmt: skip


def _edges_below(model: FanoutModel, threshold: float) -> float:
    followers, accounts = model.classes["followers"], model.classes["accounts"]
    return float((followers * accounts)[followers < threshold].sum())


def _visible_s(followers: float, count: int) -> float:
    return time_to_visible(followers, count, BATCH, UTILISATION) / 1000 if followers >= 1 else 0.0


def table(found: pd.DataFrame) -> pd.DataFrame:
    """A front as one reads it, thresholds by name."""
    import pandas as pd

    columns = {
        "deliveries/s": found["deliveries_per_s"].round(-3).astype("int64"),
        "workers": found["workers"],
        "pulled per page": found["pulled_per_read"],
        "page p99, ms": found["page_p99_ms"].round(1),
        "hedged": found["hedged_p99_ms"].round(1),
        "visible after, s": [float(f"{seconds:.2g}") for seconds in found["visible_s"]],
        "cost, push all = 1": found["vs_push"].round(2),
    }
    return pd.DataFrame(columns).set_axis([_named(at) for at in found["threshold"]]).rename_axis("threshold")


def _named(threshold: float) -> str:
    owner = OWNERS.get(int(threshold)) if threshold < math.inf else None
    return f"{threshold_name(threshold)} ({owner})" if owner else threshold_name(threshold)


def dominated(found: pd.DataFrame, columns: Sequence[str] = ("deliveries_per_s", "page_p99_ms", "visible_s")) -> list[float]:
    """Thresholds of rows to which another is at least as good in every column, and better in one (less is better)."""
    values = found[list(columns)].to_numpy()
    beaten = [any((other <= row).all() and (other < row).any() for other in values) for row in values]
    return found["threshold"][beaten].tolist()


# — charts —


def front_figure(found: pd.DataFrame) -> Any:
    """Page p99 over time to visible, one point a threshold, its deliveries a second written beside; hedged beneath."""
    low, high = (found.iloc[place] for place in (0, -2))
    title = (
        f"Threshold {threshold_name(low['threshold'])} → {threshold_name(high['threshold'])}:"
        f" visible {high['visible_s'] / low['visible_s']:,.0f}× later, page p99 {low['page_p99_ms'] / high['page_p99_ms']:.1f}× shorter,"
        f" deliveries {100 * (high['deliveries_per_s'] / low['deliveries_per_s'] - 1):+.0f} %"
    )
    names = [f"{_named(row.threshold)}<br>{row.deliveries_per_s / 1000:,.0f} K/s" for row in found.itertuples()]
    series = {
        "hybrid": ("page_p99_ms", names, ["top left", "top right", "top right", "top right", "top right"]),
        "hybrid, hedged": ("hedged_p99_ms", ["<br>the same, hedged"], "bottom right"),
    }
    x = "seconds until the last follower of the largest pushed author sees a tweet"
    figure = _points(
        {name: (found["visible_s"], found[column]) for name, (column, *_) in series.items()}, title, x, "page, p99 in ms", log_x=True
    )
    for trace, (_, texts, place) in zip(figure.data, series.values(), strict=True):
        _name_points(trace, texts, place)
    return figure.update_yaxes(range=[-4, 78]).update_xaxes(range=[-2.4, 3.8], tickformat="~g")


def plane_figure(everybody: pd.DataFrame, active: pd.DataFrame, per_edge: float) -> Any:
    """Time to visible over the cost of the day: a threshold moves a point down, activity to the left; nothing lies left of per-edge."""
    moved = everybody["visible_s"].iloc[-1] / everybody["visible_s"].iloc[0]
    title = f"A threshold moves time to visible {moved:,.0f}×, activity the cost of pure push to {active['vs_push'].iloc[-1]:.2f}"
    series = {"push to all": everybody, "push to active, fast": active}
    x, y = "cost of the day, pure push = 1", "seconds until all have it"
    figure = _points({name: (points["vs_push"], points["visible_s"]) for name, points in series.items()}, title, x, y, log_y=True)
    *below, last = (threshold_name(each) for each in everybody["threshold"])
    falls = everybody["vs_push"].iloc[0] >= everybody["vs_push"].iloc[-1]
    free = "top right" if falls else "bottom right"  # where the line is not
    _name_points(figure.data[0], [*below, last], free)
    if active["vs_push"].iloc[-1] < 0.9 * everybody["vs_push"].iloc[-1]:  # else both lines are one
        _name_points(figure.data[1], [*below, "active only"], free)
    charts.mark(figure, per_edge, f"per edge: {per_edge:.2f}")
    figure.layout.annotations[-1].update(y=0, yanchor="bottom", yshift=6)
    widest = max(everybody["vs_push"].max(), 1.75)
    return figure.update_yaxes(range=[-2.3, 3.2], tickformat="~g").update_xaxes(range=[0, round(1.15 * widest, 2)])


def _points(series: Mapping[str, tuple[Any, Any]], title: str, x: str, y: str, log_x: bool = False, log_y: bool = False) -> Any:
    """Lines through points whose names stand at the points, not at the ends; three figures each."""
    roles = {name: next(role for role in ("fast", "hybrid", "push") if role in name.replace("hedged", "fast")) for name in series}
    rounded = {name: (_three_figures(xs), _three_figures(ys)) for name, (xs, ys) in series.items()}
    figure = charts.lines(rounded, title=title, x=x, y=y, roles=roles, log_x=log_x, log_y=log_y)
    figure.layout.annotations = ()
    return figure.update_layout(margin_r=40)


def _three_figures(values: Any) -> list[float]:
    return [float(f"{value:.3g}") for value in values]


def _name_points(trace: Any, names: Sequence[str], place: str | Sequence[str]) -> None:
    trace.update(mode="lines+markers+text", text=list(names), textposition=place, textfont_size=12, cliponaxis=False)


# — other worlds —


@lru_cache(maxsize=64)
def world(dormant_percent: int = 75, rate_exponent: float = 0.0, classes: int = 20_000) -> FanoutModel:
    """Design A's day with other readers, or with famous authors who tweet more. Fewer classes: quicker, and within 1 % (test)."""
    return FanoutModel(LargeGraph(dormant_share=dormant_percent / 100, rate_exponent=rate_exponent, classes=classes))


@dataclass(frozen=True)
class Compared:
    """A front over all followers, one over active readers, the per-edge optimum."""

    everybody: pd.DataFrame
    active: pd.DataFrame
    per_edge: float


def compare(model: FanoutModel, pull_cost: float = 1.0) -> Compared:
    """All three in one world, at the published thresholds and without one. About 20 ms."""
    curve = model.curve((*PUBLISHED, PURE_PUSH), 1.0, pull_cost)
    everybody, active = (_priced(model, curve, pull_cost, active_only) for active_only in (False, True))
    return Compared(everybody, active, model.per_edge_optimum(1.0, pull_cost)["vs_push"])


def at(dormant_percent: int, rate_exponent: float, lookup_price: float) -> Compared:
    """One position of the sliders, on a graph of few classes: 25 ms, and 50 more where the world is new."""
    return compare(world(dormant_percent, rate_exponent, classes=FEW), lookup_price)


def compared_figure(found: Compared) -> Any:
    return plane_figure(found.everybody, found.active, found.per_edge)


def least_margin(model: FanoutModel, prices: Sequence[float]) -> dict[float, float]:
    """Price of a lookup → cost of the cheapest point of both fronts over that of the per-edge rule: never below 1."""
    found = {price: compare(model, price) for price in prices}
    return {price: min(each.everybody["vs_push"].min(), each.active["vs_push"].min()) / each.per_edge for price, each in found.items()}


def graph_of(scenario: Scenario) -> LargeGraph:
    """The large graph of a scenario; dormant: who did not come within 30 days. EstimationError where its numbers make none."""
    active = scenario.active_share / 100
    try:
        return LargeGraph(
            users=round(scenario.users), mean_followees=scenario.follows_per_user, dormant_share=1 - active,
            max_followers=round(min(scenario.largest_following, scenario.users)),
            tweets_per_user=scenario.tweets_per_day / scenario.users,
            reads_per_active=scenario.daily_users * scenario.timelines_per_user / (scenario.users * active),
        )  # fmt: skip
    except TwitterError as error:
        raise EstimationError(f"no follow graph has these numbers: {error}") from error


def of_scenario(scenario: Scenario) -> Any:
    """The learner's own plane: thresholds, activity, per edge."""
    return compared_figure(compare(FanoutModel(graph_of(scenario))))


def spread_of_pages(users: int = 20_000, edges: int = 400_000, thresholds: Sequence[float] = (0, 30, 100, 300)) -> pd.DataFrame:
    """A drawn graph, edge by edge: how many authors the mean page and the p99 page pull, and what that makes of the page's p99 in ms."""
    import pandas as pd

    from reference.lab.scale import ScaleModel

    found = ScaleModel.generate(users, edges, progress=False).sweep(thresholds)
    mean, p99 = (found[f"pulls_per_read_{name}"].round().astype(int) for name in ("mean", "p99"))
    columns = {
        "pulled, mean page": mean, "pulled, p99 page": p99,
        "mean page: p99, ms": [round(page_p99_ms(n), 1) for n in mean], "p99 page: p99, ms": [round(page_p99_ms(n), 1) for n in p99],
    }  # fmt: skip
    return pd.DataFrame(columns).set_axis([threshold_name(each) for each in found["threshold"]]).rename_axis("threshold")
