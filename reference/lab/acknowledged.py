"""What an acknowledged write is worth: three copies whose link is cut and heals, and a process that is killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from reference.twitter.errors import Unavailable, require
from reference.twitter.platform import Platform

if TYPE_CHECKING:
    import pandas as pd


# — a partition —


class Replicas:
    """Three copies of a map behind one face. "CP": who reaches no majority refuses. "AP": everybody answers, from what is at hand.

    A cut takes replicas off; each side then writes only to itself. `heal` joins the sides: the later write of a key wins.
    """

    def __init__(self, mode: str, names: Sequence[str] = ("Lisbon", "Madrid", "Tokyo")) -> None:
        require(mode in ("CP", "AP"), f'mode must be "CP" or "AP", not {mode!r}')
        self.mode, self.copies = mode, {name: dict[str, tuple[int, Any]]() for name in names}
        self._off: set[str] = set()
        self._writes = self._written_before_the_cut = 0

    def cut(self, *names: str) -> None:
        """Cut the link between `names` and the rest."""
        self._off, self._written_before_the_cut = set(names), self._writes

    def write(self, at: str, key: str, value: Any) -> None:
        """Acknowledged when this returns. Raises Unavailable (CP, on the smaller side)."""
        side = self._side(at)
        self._writes += 1
        for name in side:
            self.copies[name][key] = (self._writes, value)

    def read(self, at: str, key: str) -> Any:
        """The newest value on this side, None without one. Raises as `write`."""
        found = [self.copies[name][key] for name in self._side(at) if key in self.copies[name]]
        return max(found)[1] if found else None

    def heal(self) -> list[Any]:
        """Join the sides; the acknowledged values that lost against a later write of the other side."""
        self._off, lost = set(), []
        for key in sorted({key for copy in self.copies.values() for key in copy}):
            versions = {copy[key] for copy in self.copies.values() if key in copy}
            newest = max(versions)
            lost += [value for number, value in sorted(versions - {newest}) if number > self._written_before_the_cut]
            for copy in self.copies.values():
                copy[key] = newest
        return lost

    def _side(self, at: str) -> list[str]:
        side = [name for name in self.copies if (name in self._off) == (at in self._off)]
        if self.mode == "CP" and 2 * len(side) <= len(self.copies):
            raise Unavailable(f"{at} reaches {len(side)} of {len(self.copies)} replicas: no majority, no answer")
        return side


REQUESTS = {  # what Lisbon and Tokyo ask for during the cut: a (key, value) each
    "register the name @ada": (("name:ada", "a woman in Lisbon"), ("name:ada", "a man in Tokyo")),
    "post a tweet each": (("tweet:101", "from Lisbon"), ("tweet:202", "from Tokyo")),
    "like: one number, 7 → 8": (("likes", "8, with Lisbon's like"), ("likes", "8, with Tokyo's like")),
    "like: one row each": (("like:lisbon", 1), ("like:tokyo", 1)),
}


def partition_table() -> pd.DataFrame:
    """REQUESTS in Lisbon and in Tokyo, cut off from each other, under both modes; then the link heals."""
    import pandas as pd

    rows = []
    for request, (in_lisbon, in_tokyo) in REQUESTS.items():
        outcome = {mode: _during_a_cut(mode, in_lisbon, in_tokyo) for mode in ("CP", "AP")}
        rows.append((request, outcome["CP"][0], outcome["AP"][0], len(outcome["AP"][1])))
    columns = ["request", "CP: acknowledged of 2", "AP: acknowledged of 2", "AP: of these lost at healing"]
    return pd.DataFrame(rows, columns=columns).set_index("request")


def _during_a_cut(mode: str, *wishes: tuple[str, Any]) -> tuple[int, list[Any]]:
    replicas, acknowledged = Replicas(mode), 0
    replicas.cut("Tokyo")
    for at, (key, value) in zip(("Lisbon", "Tokyo"), wishes, strict=True):
        try:
            replicas.write(at, key, value)
            acknowledged += 1
        except Unavailable:
            continue
    return acknowledged, replicas.heal()


# — a crash —

_POST_AND_DIE = """
import os, sys
from reference.twitter.platform import Platform
app = Platform.open("fakeredis://", sys.argv[1], "crash", partitions=1)
author, fan = app.accounts.register("author").id, app.accounts.register("fan").id
app.graph.follow(fan, author)
print(fan, *[app.tweets.post(author, f"tweet {number}").id for number in range(int(sys.argv[2]))], flush=True)
os.kill(os.getpid(), 9)
"""


@dataclass(frozen=True)
class Crash:
    """Tweets that were acknowledged before a process was killed, found in the store afterwards, and on the follower's page."""

    acknowledged: int
    stored: int
    on_the_page: int


def crash(tweets: int = 20) -> Crash:
    """A process posts, is killed before any worker ran, and takes its Redis along; another opens the DuckDB file that is left."""
    with TemporaryDirectory() as folder:
        file = str(Path(folder) / "store.duckdb")
        dead = subprocess.run([sys.executable, "-c", _POST_AND_DIE, file, str(tweets)], capture_output=True, text=True, timeout=60)
        require(bool(dead.stdout), f"the process died before it posted: {dead.stderr[-300:]}")
        fan, *ids = map(int, dead.stdout.split())
        with Platform.open("fakeredis://", file, "crash") as app:
            stored = app.tweet_store.get_many(ids)
            app.drain()
            page = {tweet.id for tweet in app.timelines.home(fan, limit=100).items}
            return Crash(len(ids), len(stored), len(page & set(ids)))
