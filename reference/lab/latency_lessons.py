"""What the notebook on latency trade-offs computes and draws of single calls and queues: the slowest of n, the line, machines, caches."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reference.lab import charts
from reference.lab.latency import Call, Hop, calibrate, hedged, hops, parallel, percentiles, scatter, scatter_limited
from reference.lab.queueing import mmc_wait_ms, simulate_fanout, time_to_visible, workers_for
from reference.twitter.platform import Platform

if TYPE_CHECKING:
    import pandas as pd

COUNTS = (1, 2, 5, 10, 20, 47, 100, 200, 500, 1_000, 2_000, 5_000)
FOLLOWERS = (10_000, 100_000, 1_000_000, 10_000_000)
SECONDS = tuple(float(at) for at in np.geomspace(1, 20_000, 14))
# Kind of worker: batch, ms a batch, µs a delivery. E's and A's are theirs; ours is the default of `queueing`: `make bench` measures yours.
WORKERS = {"1 insert a ms (E)": (1, 1.0, 0.0), "100 in 5 ms (A)": (100, 5.0, 0.0), "500 in 4.2 ms (Lua)": (500, 0.2, 8.0)}
# followers, seconds: as published; E's 37 h are for 132 M followers, the same rate is 2.8 h for 10 M
PUBLISHED_S = {"A: 5 s": 5.0, "C: 100 s": 100.0, "E: 2.8 h": 37 * 3600 * 10 / 132}


# — pull: the slowest of n —


def late_shares(percent: float = 99, counts: Sequence[int] = COUNTS) -> dict[int, float]:
    """n → per cent of pages of n reads at once that wait longer than `percent` of single reads do."""
    return {n: 100 * (1 - (percent / 100) ** n) for n in counts}


def late_figure(shares: Mapping[int, float]) -> Any:
    """How a rare slow read becomes a usual slow page."""
    title = f"One read in 100 is slow, but of pages that make 100 of them {shares[100]:.0f} %"
    series = {"pages that wait": (list(shares), [round(share, 2) for share in shares.values()])}
    figure = charts.lines(
        series, title=title, x="reads at once", y="pages slower than a read's p99, %", log_x=True, roles={"pages that wait": "pull"}
    )
    return figure.update_annotations(yshift=-14, xanchor="right", xshift=0)


def slowest(read: Call, counts: Sequence[int] = COUNTS, at_once: int = 50, after_percent: float = 95) -> pd.DataFrame:
    """One row for each n, in ms: "one after another" (mean), "p50" and "p99" of all at once, "p99, hedged" (a second request when the first
    is slower than after_percent), "p99, 50 at once" (a pool). O(1) each but for the pool: some 50 ms."""
    import pandas as pd

    spare = hedged(read, read.percentile(after_percent))
    rows = {
        n: {
            "one after another": n * mean_ms(read),
            "p50": scatter(read, n).percentile(50),
            "p99": scatter(read, n).percentile(99),
            "p99, hedged": scatter(spare, n).percentile(99),
            f"p99, {at_once} at once": scatter_limited(read, n, at_once).percentile(99) if n > at_once else scatter(read, n).percentile(99),
        }
        for n in counts
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("reads").round(1)


def mean_ms(call: Call) -> float:
    """The mean of a call, from its distribution."""
    shares = (np.arange(20_000) + 0.5) / 20_000
    return float(call.mean_ms if isinstance(call, Hop) else call.slower_than(shares).mean())


def parallel_figure(table: pd.DataFrame) -> Any:
    """One after another against all at once."""
    last = table.iloc[-1]
    in_turn = last["one after another"] / 1000
    title = f"{table.index[-1]:,} reads: {in_turn:.0f} s one after another, {last['p99']:.0f} ms at p99 when all go at once"
    return _over_n(table, {"one after another": "naive", "p99": "pull", "p50": "fast"}, title)


def fixes_figure(table: pd.DataFrame, at_once: int = 50) -> Any:
    """The 99th percentile: all at once, from a pool, hedged."""
    pool = f"p99, {at_once} at once"
    last = table.iloc[-1]
    ways = f"{last[pool]:.0f} ms from a pool of {at_once}, {last['p99']:.0f} all at once, {last['p99, hedged']:.0f} hedged"
    title = f"{table.index[-1]:,} reads at p99: {ways}"
    return _over_n(table, {pool: "threshold", "p99": "pull", "p99, hedged": "hybrid"}, title).update_yaxes(dtick="D2")


def _over_n(table: pd.DataFrame, roles: Mapping[str, str], title: str) -> Any:
    series = {name: (table.index.tolist(), table[name].tolist()) for name in roles}
    return charts.lines(series, title=title, x="timelines read for a page", y="ms", log_x=True, log_y=True, roles=roles)


@dataclass(frozen=True)
class Tail:
    """One position of the sliders: the page over n reads, in ms."""

    p99_ms: float
    lines: Mapping[str, Sequence[float]]
    extra_percent: float


def tail(p99_ms: float, after_percent: float) -> Tail:
    """Pages of reads with a median of 5 ms and another tail, hedged after that percentile of a read. About 10 ms."""
    read = Hop("read", 5.0, p99_ms, floor_ms=0.5, source="an assumption")
    spare = hedged(read, read.percentile(after_percent))
    calls = {"p50": (read, 50), "p99": (read, 99), "p99, hedged": (spare, 99)}
    lines = {name: [round(scatter(call, n).percentile(percent), 1) for n in COUNTS] for name, (call, percent) in calls.items()}
    return Tail(p99_ms, lines, 100 * spare.extra_share)


def tail_figure(found: Tail) -> Any:
    """The three lines over n; the axis stays where it is while sliders move."""
    p50, p99 = (found.lines[name][-1] for name in ("p50", "p99"))
    title = f"Reads of 5 ms, p99 {found.p99_ms:g} ms: a page of 5,000 takes {p50:,.0f} ms at p50, {p99:,.0f} at p99"
    roles = {"p50": "fast", "p99": "pull", "p99, hedged": "hybrid"}
    series = {name: (list(COUNTS), values) for name, values in found.lines.items()}
    figure = charts.lines(series, title=title, x="timelines read for a page", y="ms", log_x=True, log_y=True, roles=roles, markers=False)
    return apart(figure.update_yaxes(range=[0.6, 3.6]), {name: values[-1] for name, values in found.lines.items()}, 3.0)


def apart(figure: Any, ends: Mapping[str, float], decades: float, gap_px: float = 17.0, height_px: float = 290.0) -> Any:
    """Move the labels of lines that end close together on a log axis, upwards from the lowest."""
    floor = -np.inf
    for name, value in sorted(ends.items(), key=lambda item: item[1]):
        at = np.log10(value) * height_px / decades
        floor = max(at, floor + gap_px)
        figure.update_annotations(selector={"text": name}, yshift=round(float(floor - at)))
    return figure


# — push: the line —


def knee(utilisations: Sequence[float], servers: Sequence[int] = (1, 4, 13)) -> pd.DataFrame:
    """Mean wait in line, in services, for each utilisation (per cent) and number of workers (Erlang C)."""
    import pandas as pd

    rows = {busy: {count: mmc_wait_ms(10 * busy * count, 1.0, count) for count in servers} for busy in utilisations}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("utilisation, %").round(3)


def knee_figure(table: pd.DataFrame) -> Any:
    """Waiting over utilisation: flat, then a wall."""
    names = {count: f"{count} worker{'s' * (count > 1)}" for count in table}
    roles = dict(zip(names.values(), ("pull", "hybrid", "push"), strict=False))
    series = {names[count]: (table.index.tolist(), table[count].tolist()) for count in table}
    title = f"From 80 to 95 % busy the line at one worker grows {table[1][95] / table[1][80]:.2f}×"
    figure = charts.lines(
        series, title=title, x="share of time that workers are busy, %", y="mean wait, in services", roles=roles, markers=False
    )
    charts.mark(figure, 80, "80 %")
    return apart(figure, {names[count]: 10 ** (table[count].iloc[-1] / table[1].iloc[-1]) for count in table}, 1.0)


def behind_a_celebrity(orders: Sequence[str] = ("chunked", "whole", "fair"), workers: int = 4) -> pd.DataFrame:
    """A tweet of 1 M followers, then 50 of 500 followers, one every 10 ms. Rows: orders; ms until the last follower has it."""
    import pandas as pd

    followers, arrived = [1_000_000] + [500] * 50, [0.0] + [10.0 * place for place in range(1, 51)]
    runs = {order: simulate_fanout(followers, arrived, workers, order=order).to_visible_ms for order in orders}
    small = {order: percentiles(took[1:], (50, 99)) for order, took in runs.items()}
    columns = {"celebrity": [took[0] for took in runs.values()]}
    columns |= {f"ordinary tweets, p{percent}": [small[order][percent] for order in runs] for percent in (50, 99)}
    return pd.DataFrame(columns, index=list(orders)).rename_axis("order").round(1)


def visible(workers: int, batch: int, utilisation: float) -> dict[int, float]:
    """Followers → seconds until the last of them sees the tweet. utilisation: per cent that other tweets take. Microseconds."""
    return {count: time_to_visible(count, workers, batch, utilisation / 100) / 1000 for count in FOLLOWERS}


def visible_figure(seconds: Mapping[int, float]) -> Any:
    """A bar for each audience, on a log axis."""
    values = {f"{count:,} followers": float(f"{took:.3g}") for count, took in seconds.items()}
    title = f"10 M followers all have it after {said(seconds[10_000_000])}, 10 K after {said(seconds[10_000])}"
    figure = charts.bars(values, title=title, unit="seconds until the last follower sees it", log=True, roles=dict.fromkeys(values, "push"))
    return figure.update_xaxes(range=[-2.5, 5.5], tickformat=",~g")


def said(seconds: float) -> str:
    """ "35 ms", "32 s", "35 min", "58 h"."""
    for unit, size in (("h", 3600.0), ("min", 60.0), ("s", 1.0)):
        if seconds >= 2 * size or (unit == "s" and seconds >= 1):
            return f"{seconds / size:.3g} {unit}"
    return f"{1000 * seconds:.3g} ms"


def machines(followers: int = 10_000_000) -> dict[str, dict[float, int]]:
    """Kind of worker → seconds allowed → workers that it takes (nothing else to do). See WORKERS, PUBLISHED_S."""
    return {
        kind: {at: workers_for(followers, at, batch, 0.0, per_batch, per_delivery) for at in sorted({*SECONDS, *PUBLISHED_S.values()})}
        for kind, (batch, per_batch, per_delivery) in WORKERS.items()
    }


def machines_figure(found: Mapping[str, Mapping[float, int]]) -> Any:
    """Workers over seconds for 10 M followers, the published times marked."""
    slow, _, quick = found.values()
    title = f"10 M timelines in 5 s: {quick[5.0]} workers with batches of 500, or {slow[5.0]:,} that insert one by one"
    roles = dict(zip(found, ("naive", "pull", "push"), strict=True))
    series = {kind: (list(took), list(took.values())) for kind, took in found.items()}
    figure = charts.lines(
        series,
        title=title,
        x="seconds until the last of 10 M followers has it",
        y="workers",
        log_x=True,
        log_y=True,
        roles=roles,
        markers=False,
    )
    for kind, took in found.items():  # lines meet at one worker, so names stand where they begin
        begin = next(iter(took.items()))
        place = {"x": math.log10(begin[0]), "y": math.log10(begin[1]), "xanchor": "right", "xshift": -9}
        figure.update_annotations(selector={"text": kind}, **place)
    figure.update_xaxes(range=[-1.7, 4.5], tickformat=",~g").update_layout(margin_r=40)
    for name, at in PUBLISHED_S.items():
        charts.mark(figure, at, name)
    return figure


# — more —


def steps_of_e() -> dict[str, Hop]:
    """E's three steps with its figures read as p95, and a median of a third of it: the spread is ours (p99 by the same lognormal)."""
    given = {"pushed": 50.0, "pulled": 150.0, "hydrate": 50.0}
    return {name: Hop(name, p95 / 3, p95 / 3 * 3 ** (2.3263 / 1.6449), source="an assumption") for name, p95 in given.items()}


def measure(redis_url: str = "fakeredis://", authors: Sequence[int] = (10, 100, 5_000)) -> pd.DataFrame:
    """Real pulls of `authors` timelines beside the model, which is fitted to the smallest (`latency.calibrate`). Some seconds."""
    app = Platform.open(redis_url=redis_url)
    try:
        return calibrate(app, authors=authors, samples=100, repetitions=1).table().set_index("authors")
    finally:
        app.close()


def places() -> list[str]:
    """What can be measured here: fakeredis, and the server of REDIS_URL where there is one."""
    return ["fakeredis://", *filter(None, [os.environ.get("REDIS_URL")])]


def page_of(read: Call, lookups: int) -> Call:
    """A home page: the stored timeline from Redis while `lookups` celebrities are read, all at once."""
    own = hops()["redis command"]
    return parallel(own, scatter(read, lookups)) if lookups else own
