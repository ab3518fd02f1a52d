"""What the notebook on the audit runs: a sharded schema, a bucket, a failover; the designs beside each other, and two readings."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reference.estimation.claims import Claim, find_claim, load
from reference.estimation.numbers import human
from reference.lab import charts
from reference.lab.verdicts import markdown_table

if TYPE_CHECKING:
    import pandas as pd

DAY_S = 86_400


# — the hunt: what is run —


class Shards:
    """Design A's tables of users and follows on `count` separate databases, a user's rows on the one numbered id % count.

    Its sections 7.3 to 7.5, restated with the columns that matter here. DuckDB treats UNIQUE and foreign keys as PostgreSQL does:
    a constraint sees one database.
    """

    def __init__(self, users: pd.DataFrame, count: int = 16) -> None:
        import duckdb

        self.databases = [duckdb.connect() for _ in range(count)]
        for number, database in enumerate(self.databases):
            database.execute("CREATE TABLE users (user_id BIGINT PRIMARY KEY, username VARCHAR UNIQUE NOT NULL)")
            edge = "{} BIGINT REFERENCES users(user_id)"
            database.execute(f"CREATE TABLE follows ({edge.format('follower_id')}, {edge.format('followee_id')})")
            mine = users[users["id"] % count == number]
            database.register("mine", mine[["id", "username"]])
            database.execute("INSERT INTO users SELECT id, username FROM mine")

    def of(self, user_id: int) -> Any:
        """The database of a user."""
        return self.databases[user_id % len(self.databases)]

    def takes(self, user_id: int, statement: str, values: Sequence[Any]) -> str:
        """Run a statement on the user's database: "" if it is taken, else the first line of the refusal."""
        import duckdb

        try:
            self.of(user_id).execute(statement, values)
        except duckdb.ConstraintException as refused:
            return str(refused).splitlines()[0]
        return ""

    def follow(self, follower_id: int, followee_id: int) -> str:
        """Insert one follow on the follower's database, as `takes`."""
        return self.takes(follower_id, "INSERT INTO follows VALUES (?, ?)", [follower_id, followee_id])


Bucket = tuple[int, float]
Step = Callable[[Bucket | None, float], tuple[Bucket | None, bool]]


def admitted(step: Step, every_s: float = 1, day_s: int = DAY_S, sample_s: int = 900) -> tuple[list[float], list[int]]:
    """One attempt every `every_s` seconds for a day through `step(bucket, now_s) -> (bucket, passes)`: hours, and what passed."""
    bucket, passed, hours, totals = None, 0, [], []
    for attempt in range(int(day_s / every_s)):
        now_s = attempt * every_s
        bucket, passes = step(bucket, now_s)
        passed += passes
        if now_s % sample_s == 0:
            hours.append(now_s / 3_600)
            totals.append(passed)
    return [*hours, day_s / 3_600], [*totals, passed]


def mended_bucket(bucket: Bucket | None, now_s: float, capacity: int = 50, token_s: float = 86_400 / 50) -> tuple[Bucket | None, bool]:
    """A token bucket whose time moves on: `bucket` is (tokens, last refill), None at first."""
    tokens, last_refill_s = bucket or (capacity, now_s)
    back = int((now_s - last_refill_s) // token_s)
    tokens, last_refill_s = min(capacity, tokens + back), last_refill_s + back * token_s  # the second half was missing
    return ((tokens - 1, last_refill_s), True) if tokens >= 1 else (bucket, False)


def source(function: Callable[..., Any]) -> str:
    """The lines of a function, to be shown."""
    return inspect.getsource(function)


def bucket_figure(published: tuple[list[float], list[int]], mended: tuple[list[float], list[int]]) -> Any:
    """What two buckets let through in a day, one attempt each second."""
    title = f"Published: {published[1][-1]:,} tweets pass in a day; with the time moved forward: {mended[1][-1]:,}"
    series = {"as published": published, "mended": mended}
    roles = {"as published": "threshold", "mended": "hybrid"}
    x, y = "hours since the first tweet", "tweets let through"
    return charts.lines(series, title=title, x=x, y=y, log_y=True, markers=False, roles=roles)


def lost_in_failover(rate_per_s: float, lag_s: float, wait_for_replica: bool, crash_s: float = 60) -> tuple[int, float]:
    """A primary takes `rate_per_s` writes until it crashes, its replica is `lag_s` behind and is promoted.

    Returns the acknowledged writes that the replica never had, and how long a writer waits for the acknowledgement, in seconds.
    """
    written_s = [number / rate_per_s for number in range(math.ceil(crash_s * rate_per_s))]
    wait_s = lag_s if wait_for_replica else 0.0
    acknowledged = [at for at in written_s if at + wait_s < crash_s]
    return sum(1 for at in acknowledged if at + lag_s >= crash_s), wait_s


# — the designs beside each other —

DISPUTED: dict[str, Sequence[str]] = {  # what is stated of one dial, in each design and between its sections
    "celebrity threshold": (
        "A-8.1-threshold-push-below",
        "B-core1-threshold-push-below",
        "C-4.2-threshold",
        "D-5-threshold",
        "E-4-celebrity-1m",
    ),
    "entries kept of a timeline": (
        "A-3.2-timeline-keeps-20",
        "A-5.2-timeline-keeps-100",
        "C-2.6-timeline-50",
        "C-6.1-trim-500",
        "D-2-timeline-length-200",
        "D-6-keeps-800",
        "E-9-timeline-800",
    ),
    "life of a cached timeline": ("A-5.2-timeline-ttl-1h", "B-core2-timeline-ttl-5min", "C-2.6-timeline-ttl-2d", "E-9-timeline-ttl-2h"),
}


def disputed_figure(disputed: Mapping[str, Sequence[str]] = DISPUTED) -> Any:
    """Each dial a row: what the designs state, relative to the lowest."""
    import plotly.graph_objects as go

    figure = charts.house(go.Figure())
    stated = {dial: [find_claim(each) for each in ids] for dial, ids in disputed.items()}
    lowest = {dial: min(_value(each) for each in rows) for dial, rows in stated.items()}
    for place, letter in enumerate("ABCDE"):
        points = [(dial, each) for dial, rows in stated.items() for each in rows if each.design == letter]
        marker = {"size": 15, "color": list(charts.COLOURS.values())[place], "symbol": list(charts.SYMBOLS.values())[place]}
        xs, ys = [_value(each) / lowest[dial] for dial, each in points], [dial for dial, _ in points]
        figure.add_trace(go.Scatter(x=xs, y=ys, name=letter, mode="markers", marker=marker))
    for dial, rows in stated.items():
        for place, value in enumerate(sorted({_value(each) for each in rows})):
            letters = " ".join(each.design for each in rows if _value(each) == value)
            at = {"x": math.log10(value / lowest[dial]), "y": dial, "yshift": 19 if place % 2 else -19}
            figure.add_annotation(text=f"{letters}: {_short(value, rows[0].unit)}", showarrow=False, **at)
    apart = {dial: max(_value(each) for each in rows) / lowest[dial] for dial, rows in stated.items()}
    title = "Between the highest and the lowest: " + ", ".join(f"{factor:.0f}×" for factor in apart.values())
    figure.update_xaxes(type="log", title_text="relative to the lowest (log scale)", dtick=1, tickformat="~g", range=[-0.2, 3.1])
    figure.update_yaxes(range=[len(apart) - 0.4, -0.6], showgrid=False)
    return figure.update_layout(title_text=title, showlegend=True, height=400, margin_t=96)


def _value(claim: Claim) -> float:
    return float(claim.value or 0)


def _short(value: float, unit: str) -> str:
    """A value as a label: seconds as minutes, hours or days; anything else as one says the number."""
    if unit != "s":
        return human(value)
    name, size = next(pair for pair in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)) if value >= pair[1])
    return f"{value / size:g} {name}"


def stated_table(ids: Sequence[str]) -> str:
    """Markdown: claims by id as one reads them."""
    return markdown_table(("design", "what it says"), [(each.design, each.says) for each in map(find_claim, ids)])


# — two readings —


@dataclass(frozen=True, slots=True)
class Readings:
    """Claims that only the first of two independent readings found, only the second, and both."""

    first: int
    second: int
    both: int

    @property
    def found(self) -> int:
        return self.first + self.second + self.both

    @property
    def missed(self) -> float:
        """What neither found, if either finds a claim regardless of the other (Lincoln and Petersen): first · second / both."""
        return self.first * self.second / self.both


READINGS = {  # counted when the two readings were merged, claim by claim
    "A": Readings(31, 36, 255),
    "B": Readings(22, 31, 149),
    "C": Readings(65, 28, 299),
    "D": Readings(27, 16, 146),
    "E": Readings(60, 44, 302),
}


def readings_table() -> pd.DataFrame:
    """For each design: what the readings found, what chance predicts that both missed, and what was found later all the same."""
    import pandas as pd

    rows = {}
    for letter, each in READINGS.items():
        predicted, known = round(each.missed, 1), len(load(letter))
        rows[letter] = (each.first, each.second, each.both, predicted, known - each.found, known)
    columns = ["only the first", "only the second", "both", "missed by both, predicted", "found later", "in the audit"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    frame.loc["all"] = frame.sum()
    whole = [name for name in columns if "predicted" not in name]
    return frame.astype(dict.fromkeys(whole, int)).round(1).rename_axis("design")
