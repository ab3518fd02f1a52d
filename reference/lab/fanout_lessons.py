"""What the notebook on fanout draws and tries: the dial, the costs of all policies, published rules at their edges."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from reference.lab import charts
from reference.lab.fanout_model import EdgeModel, FanoutModel, LargeGraph
from reference.twitter.clock import Clock, SystemClock
from reference.twitter.errors import require, require_int
from reference.twitter.homes import LIVE, IdTimelines

if TYPE_CHECKING:
    import pandas as pd

PUBLISHED = {"B: 5 K": (5_000, 0), "D: 10 K": (10_000, 1), "A: 100 K": (100_000, 0), "C, E: 1 M": (1_000_000, 2)}  # and its label's row
POLICY_NAMES = {"FanoutOnWrite()": "push all", "FanoutOnRead()": "pull all"}


# — the dial —


def dial_figure(curve: pd.DataFrame) -> Any:
    """What a threshold moves: the largest fanout of one tweet up, the lookups of one home read down."""
    bounded = curve[(curve["threshold"] > 0) & (curve["threshold"] < math.inf)]
    low, high = bounded.iloc[0], bounded.iloc[-1]
    title = (
        f"Threshold {threshold_name(low['threshold'])} → {threshold_name(high['threshold'])}:"
        f" largest fanout {high['largest_fanout'] / low['largest_fanout']:,.0f}× larger,"
        f" lookups per read {low['pulled_per_read'] / high['pulled_per_read']:.0f}× fewer"
    )
    series = {
        "largest fanout (push)": (bounded["threshold"], bounded["largest_fanout"]),
        "lookups per read (pull)": (bounded["threshold"], bounded["pulled_per_read"]),
    }
    figure = charts.lines(series, title=title, x="celebrity threshold, followers", y="deliveries, lookups", log_x=True, log_y=True)
    for name, (at, row) in PUBLISHED.items():
        if low["threshold"] <= at <= high["threshold"]:
            charts.mark(figure, at, name, row=row)
    return figure


def cost_figure(curve: pd.DataFrame, title: str) -> Any:
    """Cost a day relative to pure push, one bar for each threshold (0: pull all, infinity: push all)."""
    values = {threshold_name(row.threshold): round(row.vs_push, 2) for row in curve.itertuples()}
    roles = {name: "push" if name == "push all" else "pull" if name == "pull all" else "hybrid" for name in values}
    return _plain(charts.bars(values, title=title, unit="cost a day, relative to push all", roles=roles, category="celebrity threshold"))


def _plain(figure: Any) -> Any:
    """Bars without hatching: each is named at its side, and a stored picture of hatches weighs 400 KB."""
    return figure.update_traces(marker_pattern_shape="")


def threshold_name(threshold: float) -> str:
    """ "10 K", "push all" (infinity), "pull all" (0)."""
    if threshold in (0, math.inf):
        return "push all" if threshold else "pull all"
    for unit, size in (("M", 1_000_000), ("K", 1_000)):
        if threshold >= size:
            return f"{threshold / size:g} {unit}"
    return f"{threshold:g}"


def dial_table(curve: pd.DataFrame) -> pd.DataFrame:
    """A dial as one reads it: thresholds by name; celebrities, deliveries a day, largest fanout, lookups per read, cost vs push all."""
    import pandas as pd

    rows = {
        "celebrities": curve["celebrities"].round().astype("int64"),
        "deliveries a day": curve["deliveries_per_day"].round().astype("int64"),
        "largest fanout": curve["largest_fanout"].round().astype("int64"),
        "lookups per read": curve["pulled_per_read"].round(1),
        "cost vs push all": curve["vs_push"].round(2),
    }
    return _named(pd.DataFrame(rows), curve)


def side_by_side(curves: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Costs relative to push all, a column for each curve {name: curve}; the curves share their thresholds, which are named."""
    import pandas as pd

    frame = pd.DataFrame({name: curve["vs_push"].round(2) for name, curve in curves.items()})
    return _named(frame, next(iter(curves.values())))


def _named(frame: pd.DataFrame, curve: pd.DataFrame) -> pd.DataFrame:
    return frame.set_axis([threshold_name(threshold) for threshold in curve["threshold"]]).rename_axis("celebrity threshold")


# — costs of all policies —


def envelope(model: EdgeModel, ratios: Sequence[float], thresholds: Sequence[float]) -> pd.DataFrame:
    """Cost relative to push all for each price of a lookup: columns ratio (L/H), push all, pull all, each threshold by name, best threshold
    (of *all* thresholds), push to active, per edge. O(edges) for each ratio: 0.1 s for 200 K."""
    import pandas as pd

    rows = []
    for ratio in ratios:
        costs = model.costs(1.0, ratio).set_index("policy")["vs_push"]
        curve = model.curve(thresholds, 1.0, ratio).set_index("threshold")["vs_push"]
        named = {f"threshold {threshold_name(at)}": value for at, value in curve.items()}
        policies = {name: costs[name] for name in ("push all", "pull all", "push to active", "per edge")}
        rows.append({"ratio": ratio, **policies, **named, "best threshold": model.optimum_threshold(1.0, ratio).vs_push})
    return pd.DataFrame(rows)


def envelope_figure(costs: pd.DataFrame) -> Any:
    """Every policy's cost over the price of a lookup: the per-edge rule lies under all of them."""
    here = costs[costs["ratio"] == 1].iloc[0]
    title = f"At L = H the best threshold costs {here['best threshold']:.2f}× pure push, the per-edge rule {here['per edge']:.2f}×"
    names = [
        "push all",
        "pull all",
        *(name for name in costs if name.startswith("threshold ")),
        "best threshold",
        "push to active",
        "per edge",
    ]
    roles = {name: "hybrid" for name in names if "threshold" in name} | {
        "best threshold": "threshold",
        "push to active": "fast",
        "per edge": "optimal",
    }
    series = {name: (costs["ratio"], costs[name]) for name in names}
    price = "price of a lookup ÷ price of a delivery, L/H"
    figure = charts.lines(series, title=title, x=price, y="cost, push all = 1", log_x=True, log_y=True, roles=roles, markers=False)
    figure.update_xaxes(tickformat="~g").update_yaxes(tickformat="~g")
    for name, shift in {"push all": 9, "best threshold": -9, "push to active": 9, "per edge": -9}.items():  # they end at nearly one height
        figure.update_annotations(selector={"text": name}, yshift=shift)
    return figure


def frontier_figure(table: pd.DataFrame) -> Any:
    """Replays side by side: deliveries per tweet against timelines read per home page. `table`: as `replay.table`."""
    deliveries = table["deliveries"] / table["tweets"]
    per_edge = table["policy"].str.startswith("RateOptimal")
    order = deliveries[~per_edge].sort_values().index
    points = {"thresholds (hybrid)": order, "per edge (optimal)": table.index[per_edge]}
    series = {name: (deliveries[index], table["timelines per read"][index]) for name, index in points.items()}
    title = "Thresholds trade deliveries for lookups; the per-edge rule beats that trade"
    figure = charts.lines(series, title=title, x="deliveries per tweet", y="timelines read per home page")
    for index in order:
        name = POLICY_NAMES.get(table["policy"][index]) or table["policy"][index].partition("=")[2].strip(")")
        figure.add_annotation(
            x=deliveries[index], y=table["timelines per read"][index], text=name, showarrow=False, xanchor="left", xshift=4, yshift=16
        )
    return figure.update_annotations(selector={"text": "thresholds (hybrid)"}, visible=False).update_annotations(
        selector={"text": "per edge (optimal)"}, xanchor="right", xshift=14, yshift=-18
    )


# — the learner's own —


@lru_cache(maxsize=32)
def _large(dormant_percent: int) -> FanoutModel:
    return FanoutModel(LargeGraph(dormant_share=dormant_percent / 100))


@dataclass(frozen=True)
class Yours:
    """One position of the learner's sliders: cost of each policy relative to push all, and what the threshold bounds."""

    costs: Mapping[str, float]
    largest_fanout: float
    pulled_per_read: float


def yours(threshold: int, lookup_price: float, dormant_percent: int) -> Yours:
    """The large graph under the learner's assumptions. lookup_price: L/H. About 30 ms, 60 ms for a new dormant share."""
    model = _large(dormant_percent)
    chosen = model.curve([threshold], 1.0, lookup_price).iloc[0]
    costs = {
        "push all": 1.0,
        "pull all": model.curve([0], 1.0, lookup_price)["vs_push"].iloc[0],
        f"hybrid, {threshold_name(threshold)}": chosen["vs_push"],
        "active only (fast)": model.active_only(1.0, lookup_price)["vs_push"],
        "per edge (optimal)": model.per_edge_optimum(1.0, lookup_price)["vs_push"],
    }
    return Yours(costs, chosen["largest_fanout"], chosen["pulled_per_read"])


def yours_figure(result: Yours) -> Any:
    """The policies' costs as bars."""
    *others, per_edge = result.costs  # per edge is the lower envelope: that it wins is no news
    second = min(others, key=lambda name: result.costs[name])
    title = f"Cheapest but for the per-edge rule ({result.costs[per_edge]:.2f}×): {second}, {result.costs[second]:.2f}× pure push"
    rounded = {name: round(float(value), 3) for name, value in result.costs.items()}
    return _plain(charts.bars(rounded, title=title, unit="cost a day, relative to push all"))


def rates_figure(rates: Mapping[str, float]) -> Any:
    """Deliveries per second that published times imply, and those measured here, on one log axis."""
    span = math.log10(max(rates.values()) / min(rates.values()))
    title = f"The published rates differ by {span:.0f} powers of ten"
    return _plain(
        charts.bars(rates, title=title, unit="deliveries per second", log=True, roles={name: "fast" for name in rates if "machine" in name})
    )


# — published rules at their edges —


def check_then_set(order: Sequence[str], schedule: Sequence[int]) -> int:
    """How often one tweet is fanned out by workers that each take the steps of `order` ("check", "mark", "fanout") with a shared marker.

    schedule: whose turn it is, worker by worker; who has no turn left has crashed. 1 is right, 0 is lost, 2 is doubled.
    """
    steps: dict[str, Callable[[], None]] = {"check": lambda: None, "mark": lambda: done.add("marked"), "fanout": lambda: fanouts.append(1)}
    require(set(order) <= set(steps), f"a step must be one of {', '.join(steps)}, not {sorted(set(order) - set(steps))}")
    done: set[str] = set()
    fanouts: list[int] = []
    waiting = {worker: list(order) for worker in schedule}
    for worker in schedule:
        step = waiting[worker].pop(0) if waiting[worker] else "check"
        if step == "check" and done:
            waiting[worker] = []
        steps[step]()
    return len(fanouts)


def deliveries_per_s(redis: Any, followers: int = 1_000, tweets: int = 3, clock: Clock | None = None) -> float:
    """Measured: ids delivered to live timelines per second on `redis`. A wall-clock figure: show it, never compare it."""
    require_int("followers", followers, 1)
    clock = clock or SystemClock()
    timelines, owners = IdTimelines(redis, "lesson", "home"), list(range(1, followers + 1))
    with redis.pipeline(transaction=False) as pipe:
        for owner in owners:
            pipe.zadd(timelines.key(owner), {LIVE: 0})
        pipe.execute()
    timelines.add([1], owners)  # loads the script
    started_ms = clock.monotonic_ns() / 1e6
    delivered = sum(timelines.add([tweet_id], owners) for tweet_id in range(2, 2 + tweets))
    elapsed_ms = clock.monotonic_ns() / 1e6 - started_ms
    timelines.drop_all()
    return 1000 * delivered / max(elapsed_ms, 0.001)
