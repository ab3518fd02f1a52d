"""Rate limits in virtual time: one stream of calls through every algorithm, the client who waits as told, what a key weighs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from reference.lab import charts
from reference.lab.meter import Meter
from reference.lab.published_limiters import HOUR_S, NINE_O_CLOCK_S, Limiter, WholeSecondBucket, stage
from reference.twitter.backend import connect
from reference.twitter.clock import ManualClock
from reference.twitter.ratelimit import GCRA, FixedWindow, LeasedTokenBucket, Policies, SlidingWindowCounter, SlidingWindowLog, TokenBucket

if TYPE_CHECKING:
    import pandas as pd

FOUR_A_SECOND: tuple[Callable[[Any, ManualClock], Limiter], ...] = (
    lambda redis, clock: WholeSecondBucket(redis, 4, 4, clock),
    lambda redis, clock: TokenBucket(redis.itself, 4, 4, clock),
)
"""The library's bucket and ours: capacity 4, 4 a second."""
Times = Sequence[float] | np.ndarray

ALGORITHMS = (FixedWindow, SlidingWindowCounter, TokenBucket, GCRA, SlidingWindowLog)
MEMORY_USAGE_BYTES = {
    "FixedWindow": (104, 104),
    "SlidingWindowCounter": (104, 120),
    "TokenBucket": (136, 136),
    "GCRA": (72, 72),
    "SlidingWindowLog": (3_656, 181_000),
}
"""MEMORY USAGE … SAMPLES 0 of one user's key after 100 and 1,500 admitted calls, on Redis 7.0.15 (jemalloc, 64 bit).
Beyond 128 entries the log is a skip list, whose levels are chance: 181,000 within half a percent."""


def make(algorithm: Any, redis: Any, clock: ManualClock | None, limit: int = 100, window_s: float = HOUR_S) -> Limiter:
    """`limit` calls for each `window_s`, whichever algorithm: a bucket has that capacity and that rate."""
    by_rate = algorithm in (TokenBucket, GCRA)
    return algorithm(redis, limit, limit / window_s if by_rate else window_s, clock)


def day_of_a_client() -> np.ndarray:
    """Seconds after 09:00 at which a client calls: 100 calls in the ten minutes before 10:00, 100 in the ten after, then one each 40 s
    until 11:30."""
    bursts = HOUR_S - 600 + 6 * np.arange(200)
    return np.concatenate([bursts, np.arange(bursts[-1] + 40, 2.5 * HOUR_S, 40)]).astype(float)


def play(limiter: Limiter, clock: ManualClock, arrivals_s: Times, key: str = "client") -> pd.DataFrame:
    """Calls at `arrivals_s` (ascending, seconds from now); one row each: at_s, admitted, remaining (-1 if the limiter does not tell)."""
    import pandas as pd

    begin, rows = clock.now_ns(), []
    for at_s in arrivals_s:
        clock.advance(at_s - (clock.now_ns() - begin) / 1e9)
        answer = limiter.acquire(key)
        rows.append((at_s, bool(answer), getattr(answer, "remaining", -1)))
    return pd.DataFrame(rows, columns=["at_s", "admitted", "remaining"])


def through_all(arrivals_s: Times, limit: int = 100) -> dict[str, pd.DataFrame]:
    """What each algorithm makes of the same calls, by its name; each on a Redis and a clock of its own, from 09:00."""
    played = {}
    for algorithm in ALGORITHMS:
        clock = ManualClock(NINE_O_CLOCK_S)
        played[algorithm.__name__] = play(make(algorithm, connect("fakeredis://"), clock, limit), clock, arrivals_s)
    return played


def most_in_any(times_s: Times, window_s: float = HOUR_S) -> int:
    """The most of these times (ascending, seconds) that lie in one window [t, t + window_s), wherever it begins."""
    times = np.asarray(times_s, dtype=float)
    return int((np.searchsorted(times, times + window_s - 1e-6) - np.arange(len(times))).max(initial=0))


def verdicts(played: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """By algorithm: admitted, refused, the most in any hour, and the longest time without an admitted call (minutes)."""
    import pandas as pd

    rows = {}
    for name, calls in played.items():
        times = calls.loc[calls["admitted"], "at_s"].to_numpy()
        rows[name] = (len(times), len(calls) - len(times), most_in_any(times), round(float(np.diff(times).max()) / 60, 1))
    columns = ["admitted", "refused", "most in any hour", "longest wait, min"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("algorithm")


def as_told(limiter: Limiter, clock: ManualClock, for_s: float, key: str = "eager") -> list[float]:
    """A client that calls until refused, waits exactly `retry_after_s`, and calls again: seconds at which it was admitted."""
    begin, admitted = clock.now_ns(), []
    while (at_s := (clock.now_ns() - begin) / 1e9) < for_s:
        answer = limiter.acquire(key)
        if answer:
            admitted.append(at_s)
        else:
            clock.advance(answer.retry_after_s)
    return admitted


def most_within(burst: int, per_hour: float) -> dict[str, tuple[list[float], list[float]]]:
    """The most that a stretch of so many minutes sees, as lines (minutes, calls): this bucket, and a promise of 100 in any hour."""
    minutes = np.linspace(0, 60, 61)
    bucket = burst + np.floor(per_hour * minutes / 60 + 1e-9)
    return {f"bucket {burst}, {per_hour:g}/h": (minutes.tolist(), bucket.tolist()), "100 in any hour": ([0.0, 60.0], [100.0, 100.0])}


def most_numbers(series: dict[str, tuple[list[float], list[float]]]) -> dict[str, str]:
    """What stands under `most_figure`: the most that sixty minutes see, and how long the next token takes."""
    _, calls = next(iter(series.values()))
    return {"most in one hour": f"{calls[60]:.0f}", "a token comes back every": f"{3600 / (calls[60] - calls[0]):.0f} s"}


def rhythm(make_limiter: Callable[[Any, ManualClock], Limiter], every_s: float = 0.125, calls: int = 40) -> str:
    """A client that calls every `every_s` seconds, as a strip: ■ admitted, · refused."""
    redis, clock = stage()
    played = play(make_limiter(redis, clock), clock, every_s * np.arange(calls))
    return "".join("■" if admitted else "·" for admitted in played["admitted"])


def most_figure(series: dict[str, tuple[list[float], list[float]]]) -> Any:
    """`most_within` drawn; the title says what an hour can see."""
    name, (_, calls) = next(iter(series.items()))
    most = int(calls[60])
    roles = {name: "push", "100 in any hour": "threshold"}
    title = f"A full bucket and a busy client: {most} calls within 60 minutes"
    figure = charts.lines(
        series, title=title, x="length of the stretch, minutes", y="calls, at most", step=True, markers=False, roles=roles
    )
    if abs(most - 100) < 14:  # the two names would stand on each other
        up_px = 8 if most >= 100 else -8
        figure.update_annotations(yshift=up_px, selector={"text": name}).update_annotations(
            yshift=-up_px, selector={"text": "100 in any hour"}
        )
    return figure.update_yaxes(range=[0, 210]).update_xaxes(range=[0, 60])


def edge_figure(series: dict[str, pd.DataFrame], edge_s: float) -> Any:
    """Calls admitted so far, for each named run of `play`, in seconds around the edge."""
    lines = {name: ((calls["at_s"] - edge_s).tolist(), calls["admitted"].cumsum().tolist()) for name, calls in series.items()}
    first, most = next(iter((name, int(ys[-1])) for name, (_, ys) in lines.items()))
    roles = dict(zip(lines, ("naive", "hybrid"), strict=False))
    title = f"{first}: {most} calls admitted within one second, at a limit of 100 an hour"
    figure = charts.lines(lines, title=title, x="seconds from the full hour", y="admitted", step=True, markers=False, roles=roles)
    return charts.mark(figure, 0, "full hour")


def budgets_figure(played: dict[str, pd.DataFrame]) -> Any:
    """A row for each algorithm: what was left after each call, admitted calls above as ticks, refused ones below."""
    from plotly.subplots import make_subplots

    table = verdicts(played)
    names = [f"{name}: {row['admitted']:.0f} admitted, {row['most in any hour']:.0f} in one hour" for name, row in table.iterrows()]
    charts.use_house_style()
    figure = make_subplots(rows=len(played), cols=1, shared_xaxes=True, subplot_titles=names, vertical_spacing=0.055)
    for row, calls in enumerate(played.values(), start=1):
        for trace in _budget_traces(calls):
            figure.add_trace(trace, row=row, col=1)
    most = table["most in any hour"]
    title = f"The same {len(next(iter(played.values())))} calls, 100 an hour: the busiest hour sees {most.min()} to {most.max()}"
    figure.update_layout(title_text=title, height=780, template="course", margin_t=90)
    figure.update_annotations(x=0, xanchor="left", font_size=13)
    figure.update_yaxes(range=[-32, 132], tickvals=[0, 100]).update_yaxes(title_text="calls left", row=3, col=1)
    quarters = [9.75 + 0.25 * number for number in range(8)]
    figure.update_xaxes(tickvals=quarters, ticktext=[f"{int(at)}:{at % 1 * 60:02.0f}" for at in quarters])
    figure.update_xaxes(title_text="time of day (ticks above: admitted, below: refused)", row=len(played), col=1)
    return charts.house(figure)


def _budget_traces(calls: pd.DataFrame) -> list[Any]:
    import plotly.graph_objects as go

    hours = 9 + calls["at_s"] / HOUR_S
    line = {"color": charts.COLOURS["push"], "width": 2, "shape": "hv"}
    traces = [go.Scatter(x=hours.tolist(), y=calls["remaining"].tolist(), name="left", mode="lines", line=line)]
    for name, chosen, height, role in (
        ("admitted", calls["admitted"], 118, "hybrid"),
        ("refused", ~calls["admitted"], -18, "threshold"),
    ):
        marker = {"symbol": "line-ns-open", "size": 9, "color": charts.COLOURS[role]}
        traces.append(go.Scatter(x=hours[chosen].tolist(), y=[height] * int(chosen.sum()), name=name, mode="markers", marker=marker))
    return traces


def leased_commands(blocks: Sequence[int], decisions: int = 1_000) -> pd.DataFrame:
    """Redis commands for so many admitted decisions on one hot key, as capacity 10,000 and 10,000/s: one call each, and by block."""
    import pandas as pd

    redis, clock, rows = connect("fakeredis://"), ManualClock(NINE_O_CLOCK_S), {}
    limiters: dict[str, Limiter] = {
        f"blocks of {block:,}": LeasedTokenBucket(redis, 10_000, 10_000, clock, block=block) for block in blocks
    }
    for name, limiter in {"one call each": TokenBucket(redis, 10_000, 10_000, clock), **limiters}.items():
        limiter.acquire("warm")  # a script's first call loads it
        with Meter(redis) as meter:
            admitted = sum(bool(limiter.acquire(name)) for _ in range(decisions))
        rows[name] = (admitted, meter.commands, meter.commands / decisions)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["admitted", "Redis commands", "commands per decision"])


def gateway_cost(requests_per_s: float, decision_us: float = 10) -> str:
    """In words: the Redis cores for one decision per request, and for leased blocks of 100."""
    cores = requests_per_s * decision_us / 1e6
    load = f"{requests_per_s:,.0f} requests/s at your peak: {cores:,.2f} cores of Redis"
    return f"{load}; with leased blocks of 100 (section 8) {cores / 100:,.3f}."


def redis_that_is_down() -> Any:
    """A client whose server does not answer."""
    import fakeredis

    server = fakeredis.FakeServer()
    server.connected = False
    return fakeredis.FakeRedis(server=server, decode_responses=True)


def weights(limit: int = 100) -> pd.DataFrame:
    """By algorithm, after `limit` admitted calls of one user: the Redis type, entries, and the characters of what is stored."""
    import pandas as pd

    rows = {}
    for algorithm in ALGORITHMS:
        redis, clock = connect("fakeredis://"), ManualClock(NINE_O_CLOCK_S)
        limiter = make(algorithm, redis, clock, limit)
        for _ in range(limit):
            limiter.acquire("12345678:tweet")
            clock.advance(1)
        (key,) = redis.keys()
        members = redis.zrange(key, 0, -1) if redis.type(key) == "zset" else [redis.get(key)]
        rows[algorithm.__name__] = (redis.type(key), len(members), sum(map(len, members)), *MEMORY_USAGE_BYTES[algorithm.__name__])
    columns = ["type", "entries", "characters", "bytes at 100", "bytes at 1,500"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("algorithm")


def policy_table() -> pd.DataFrame:
    """The limits that the designs publish: a row for each action and caller, a column for each design, as written there."""
    import pandas as pd

    rows = [
        (limit.action, f"{limit.per}{'' if limit.tier == 'any' else ', ' + limit.tier}", limit.design, str(limit))
        for limit in Policies.load(None)
    ]
    table = pd.DataFrame(rows, columns=["action", "per", "design", "limit"])
    return table.groupby(["action", "per", "design"], sort=False)["limit"].agg(" or ".join).unstack(fill_value="")
