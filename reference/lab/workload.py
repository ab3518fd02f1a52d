"""Two days in a small Twitter, made up but shaped like the real one: `generate`, `load`, `from_edges`; `load_edges` reads yours.

`python -m reference.lab.workload` writes `datasets/small/` anew. Everything follows from (users, seed): numpy's PCG64, one stream
per part, so that a change in one part leaves the others as they were. The card with schema and figures: `datasets/README.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import reference
from reference.lab import activity, bursts, follow_graph, hashtags, people, posts
from reference.lab.edges import FollowGraph, load_edges
from reference.twitter.errors import require, require_int

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FollowGraph", "Workload", "from_edges", "generate", "load", "load_edges", "save"]

START_MS = 1_768_176_000_000  # Monday 2026-01-12 00:00 UTC: tweets, likes and reads fill the 48 hours from here
ACTIVE_DAYS = 2
HASHTAG_DAYS = 8  # the six days before and the two days of tweets
END_MS = START_MS + ACTIVE_DAYS * activity.MS_PER_DAY
HASHTAG_START_MS = END_MS - HASHTAG_DAYS * activity.MS_PER_DAY
MIN_USERS, MAX_USERS = 20, 5_000_000
SMALL_USERS, SMALL_SEED = 10_000, 2026


@dataclass(frozen=True)
class Workload:
    """Seven pandas tables; all ids int64, all times `*_ms` int64 milliseconds since the epoch, UTC; columns in `datasets/README.md`.

    users by id; follows by (follower_id, followee_id); tweets by id, which is also by time; likes by (tweet_id, user_id);
    reads by (at_ms, user_id); hashtag_hours by (hour_ms, tag), eight days; bursts by start_ms: the ground truth, kind 'real' or 'bot'.
    """

    users: pd.DataFrame
    follows: pd.DataFrame
    tweets: pd.DataFrame
    likes: pd.DataFrame
    reads: pd.DataFrame
    hashtag_hours: pd.DataFrame
    bursts: pd.DataFrame

    def tables(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """(name, frame) of each table, in order of dependence: users first."""
        return ((field.name, getattr(self, field.name)) for field in fields(self))

    def follower_counts(self) -> pd.Series:
        """Followers of every user (0 included): int64, indexed by user id in ascending order."""
        counted = self.follows["followee_id"].value_counts()
        return counted.reindex(self.users["id"], fill_value=0).rename("followers")


def generate(users: int, seed: int) -> Workload:
    """A workload of `users` accounts with ids 1 … users, in order of joining. Equal arguments, equal tables.

    Raises InvalidInput outside 20 … 5,000,000 users or for a negative seed. About 22 follows and 4 tweets a user;
    O(follows · log users) time; 10,000 users take about a second.
    """
    users = require_int("users", users, MIN_USERS, MAX_USERS)
    chance = _Chance(require_int("seed", seed, 0))
    community = follow_graph.draw_communities(users, chance.stream("communities"))
    follower, followee = follow_graph.draw_edges(community, chance.stream("edges"))
    return _live(np.arange(1, users + 1, dtype=np.int64), community, follower, followee, chance)


def from_edges(edges: FollowGraph | pd.DataFrame, seed: int) -> Workload:
    """A workload over a follow graph of your own: its users and edges, with activity as in `generate`.

    `edges`: what `load_edges` returns, or a frame with whole-number columns follower_id and followee_id (duplicates and self-follows
    are dropped). Ids stay; a named graph's names become display names. Communities: the nearest of the twelve most-followed accounts.
    Raises InvalidInput for other columns or fewer than 20 users.
    """
    frame = edges.follows if isinstance(edges, FollowGraph) else edges
    chance = _Chance(require_int("seed", seed, 0))
    ids, follower, followee = _positions(frame)
    workload = _live(ids, follow_graph.label_communities(follower, followee, len(ids)), follower, followee, chance)
    if isinstance(edges, FollowGraph) and edges.names is not None:
        return replace(workload, users=workload.users.assign(display_name=workload.users["id"].map(edges.names).astype("str")))
    return workload


def _positions(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids in ascending order, and the edges as positions in them, each once, sorted."""
    columns = ["follower_id", "followee_id"]
    missing = [name for name in columns if name not in frame.columns or frame[name].dtype.kind not in "iu"]
    require(not missing, f"edges must have whole-number columns follower_id and followee_id; not so: {', '.join(missing)}")
    ids, position = np.unique(frame[columns].to_numpy(dtype=np.int64), return_inverse=True)
    require(len(ids) >= MIN_USERS, f"a workload needs at least {MIN_USERS} users, these edges have {len(ids)}")
    follower, followee = position.reshape(-1, 2).T
    keys = np.unique((follower * len(ids) + followee)[follower != followee])
    return ids, *np.divmod(keys, len(ids))


def load(name: str = "small") -> Workload:
    """The dataset `datasets/<name>/`, found from the package, wherever the notebook runs. InvalidInput names those that exist."""
    import duckdb

    home = _datasets_home()
    known = sorted(path.parent.name for path in home.glob("*/users.parquet"))
    require(name in known, f"no dataset {name!r} in {home.name}/: there is {', '.join(known) or 'none'}")
    with duckdb.connect(":memory:") as connection:
        read = {
            field.name: connection.execute("SELECT * FROM read_parquet(?)", [str(home / name / f"{field.name}.parquet")]).df()
            for field in fields(Workload)
        }
    return Workload(**read)


def save(workload: Workload, folder: Path) -> None:
    """One Parquet file per table (zstd, rows in the table's order) in `folder`, which is made if need be. Files there are replaced."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        for name, frame in workload.tables():
            connection.register(name, frame)
            target = str(folder / f"{name}.parquet").replace("'", "''")
            connection.execute(f"COPY {name} TO '{target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2)")


class _Chance:
    """Named, independent random streams of one seed: adding a part does not disturb the others."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def stream(self, part: str) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64([self._seed, *part.encode()]))


def _live(ids: np.ndarray, community: np.ndarray, follower: np.ndarray, followee: np.ndarray, chance: _Chance) -> Workload:
    """Accounts and their 48 hours, given the graph as positions in `ids`."""
    import pandas as pd

    followers = np.bincount(followee, minlength=len(ids))
    users = people.make_people(ids, community, followers, HASHTAG_START_MS, chance.stream("people"))
    tweets, hashtag_hours, labels = _tweet(users, followers, follower, followee, chance)
    likes = _like(users, tweets, follower, followee, chance.stream("likes"))
    reader, read_ms = activity.draw_events(
        users["reads_per_day"].to_numpy(), people.utc_offset_ms_of(community), START_MS, ACTIVE_DAYS, chance.stream("reads")
    )
    return Workload(
        users=users,
        follows=_follows_frame(users, follower, followee, chance.stream("follow times")),
        tweets=tweets,
        likes=likes,
        reads=pd.DataFrame({"user_id": ids[reader], "at_ms": read_ms}),
        hashtag_hours=hashtag_hours,
        bursts=labels,
    )


def _tweet(
    users: pd.DataFrame, followers: np.ndarray, follower: np.ndarray, followee: np.ndarray, chance: _Chance
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(tweets, hashtag_hours, bursts)."""
    community = users["community"].to_numpy()
    crowd = bursts.Crowd(
        language=hashtags.language_numbers(people.language_of(community)),
        tweets_per_day=users["tweets_per_day"].to_numpy(),
        followers=followers,
        dormant=users["dormant"].to_numpy(),
    )
    planned = bursts.draw_bursts(crowd, (HASHTAG_START_MS, END_MS), chance.stream("bursts"))
    offset_ms = people.utc_offset_ms_of(community)
    posted = posts.draw_posts(crowd, offset_ms, planned, HASHTAG_START_MS, HASHTAG_DAYS, chance.stream("posts"))
    hours = hashtags.count_hours(posted.at_ms[posted.tag_post], posted.author[posted.tag_post], posted.tag, posted.tag_names)
    tweets = posts.tweets_frame(posted.since(START_MS), users, follower, followee, chance.stream("tweets"))
    return tweets, hours, posts.bursts_frame(planned)


def _like(users: pd.DataFrame, tweets: pd.DataFrame, follower: np.ndarray, followee: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    import pandas as pd

    active = ~users["dormant"].to_numpy()[follower]
    ids = users["id"].to_numpy()
    author = np.searchsorted(ids, tweets["author_id"].to_numpy())
    user, tweet, at_ms = activity.draw_likes(author, tweets["created_ms"].to_numpy(), follower[active], followee[active], END_MS, rng)
    return pd.DataFrame({"user_id": ids[user], "tweet_id": tweets["id"].to_numpy()[tweet], "at_ms": at_ms})


def _follows_frame(users: pd.DataFrame, follower: np.ndarray, followee: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Edges with the second in which they were made: after both accounts, before the activity begins."""
    import pandas as pd

    joined_ms, ids = users["created_ms"].to_numpy(), users["id"].to_numpy()
    earliest = np.maximum(joined_ms[follower], joined_ms[followee]) // 1000 + 1
    made_s = earliest + np.floor(rng.random(len(follower)) * (HASHTAG_START_MS // 1000 - earliest)).astype(np.int64)
    return pd.DataFrame({"follower_id": ids[follower], "followee_id": ids[followee], "created_ms": made_s * 1000})


def _datasets_home() -> Path:
    """`datasets/` of the repository (editable install), else the copy that a wheel carries inside the package."""
    package = Path(reference.__file__).parent
    candidates = (package.parent / "datasets", package / "_datasets")
    return next((path for path in candidates if any(path.glob("*/users.parquet"))), candidates[0])


def main() -> None:
    """Write `datasets/small/` anew and say what it holds."""
    target = _datasets_home() / "small"
    workload = generate(SMALL_USERS, SMALL_SEED)
    save(workload, target)
    for name, frame in workload.tables():
        print(f"{name:14} {len(frame):8,} rows {(target / f'{name}.parquet').stat().st_size / 1000:8,.0f} KB")


if __name__ == "__main__":
    main()
