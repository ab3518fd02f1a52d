"""The home timeline as one SQL join, and the rows that it reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from reference.lab import charts
from reference.twitter.errors import require

if TYPE_CHECKING:
    import pandas as pd

PAGE = 20
DATASET_DAYS = 2
PERIOD_IN_ID = (DATASET_DAYS * 86_400_000) << 22  # Snowflake ids carry milliseconds above 22 bits
NAIVE_JOIN = (
    "SELECT t.* FROM follows f JOIN tweets t ON t.author_id = f.followee_id WHERE f.follower_id = $reader ORDER BY t.id DESC LIMIT 20"
)
CANDIDATES = """
    SELECT coalesce(sum(n), 0)::BIGINT, coalesce(sum(least(n, $page)), 0)::BIGINT
    FROM (SELECT count(*) AS n FROM tweets JOIN follows ON followee_id = author_id WHERE follower_id = $reader GROUP BY author_id)
"""


def busiest_reader(data: Any) -> int:
    """The active reader who follows most people."""
    active = data.users.loc[~data.users["dormant"], "id"]
    follows = data.follows["follower_id"]
    return int(follows[follows.isin(active)].value_counts().sort_index().idxmax())


def naive_join_rows(data: Any, reader: int, days: Sequence[int] = (2, 4, 8, 16, 32)) -> pd.DataFrame:
    """Rows read for one home page of 20, as tweets pile up: one row for each of `days`, ascending multiples of the dataset's two days
    (which are repeated). Columns: days, tweets, and rows read with "no index" (counted by EXPLAIN ANALYZE: the scan of tweets), with an
    "index on author" (all tweets of the followees), and with one on author and time the "newest 20 of each". Raises InvalidInput.
    """
    import duckdb
    import pandas as pd

    require(bool(days) and all(day % DATASET_DAYS == 0 for day in days), f"days must be multiples of {DATASET_DAYS}, not {list(days)}")
    rows, periods = [], 0
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.register("given_follows", data.follows)
        connection.register("given_tweets", data.tweets)
        connection.execute("CREATE TABLE follows AS FROM given_follows")
        connection.execute("CREATE TABLE tweets AS SELECT id, author_id, text FROM given_tweets LIMIT 0")
        for day in days:
            for period in range(periods, day // DATASET_DAYS):
                shifted = "INSERT INTO tweets SELECT id + $shift::BIGINT, author_id, text FROM given_tweets ORDER BY id"
                connection.execute(shifted, {"shift": period * PERIOD_IN_ID})
            periods = day // DATASET_DAYS
            by_author, newest = connection.execute(CANDIDATES, {"reader": reader, "page": PAGE}).fetchall()[0]
            rows.append((day, periods * len(data.tweets), rows_scanned(connection, reader), by_author, newest))
    return pd.DataFrame(rows, columns=["days", "tweets", "no index", "index on author", "newest 20 of each"])


def rows_scanned(connection: Any, reader: int) -> int:
    """Rows of `tweets` that the naive join reads for one page, as EXPLAIN ANALYZE counts them."""
    plan = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {NAIVE_JOIN}", {"reader": reader}).fetchall()[0][1]
    return _scans_of_tweets(json.loads(plan)["operator"])


def _scans_of_tweets(operators: Any) -> int:
    listed = operators if isinstance(operators, list) else [operators]
    own = sum(one.get("rows_scanned", 0) for one in listed if str(one["extra_info"].get("Table", "")).endswith("tweets"))
    return own + sum(_scans_of_tweets(one["children"]) for one in listed if one.get("children"))


def rows_figure(rows: pd.DataFrame) -> Any:
    """Rows read for one page over the tweets stored, one line for each index."""
    roles = {"no index": "naive", "index on author": "pull", "newest 20 of each": "hybrid"}
    growth, tweets = rows["index on author"].iloc[-1] / rows["index on author"].iloc[0], rows["tweets"]
    title = f"{growth:.0f}× the tweets cost {growth:.0f}× the rows by author, {_growth(rows):.1f}× by the newest 20 of each"
    series = {name: (tweets, rows[name]) for name in roles}
    return charts.lines(series, title=title, x="tweets stored", y="rows read for one page", log_x=True, log_y=True, roles=roles)


def _growth(rows: pd.DataFrame) -> float:
    return float(rows["newest 20 of each"].iloc[-1] / rows["newest 20 of each"].iloc[0])
