"""A follow graph of millions of accounts as a recipe: a few small tables and whole numbers from which SQL makes the edges.

No chance is involved, only hashes: products and squares modulo 2^31 - 1, which every SQL engine computes alike and none overflows.
Readers stand in a circle, in columns of twenty. An author's followers come from the half circle after the author's own column, so that no
edge is drawn twice, none is its own reverse and none leads to oneself; which edges are returned is therefore decided and not left to luck.
Within the half circle they follow a multiplicative step modulo a prime, so that no reader comes twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from reference.lab.large_graph import lognormal_levels
from reference.twitter.errors import require, require_int

COLUMN = 20
# Of each column: how many readers draw how many of every hundred followers. Mean followees: 0.4, 0.8, 2.4 and 4 times the average.
APPETITES = ((10, 2), (6, 4), (3, 12), (1, 20))
ROUND = sum(readers * slots for readers, slots in APPETITES)
LUCK_LEVELS, LUCK_SPREAD, TOP_SHARE = 16, 1.0, 0.01  # below the top 1 % luck plays in: some have no followers at all
MOST_BITS = 16  # numbers are laid out in blocks of 1, 2, 4 … 65,536


@dataclass(frozen=True)
class ScaleGraph:
    """What the graph should look like: about `edges` follows among `users` accounts with ids 0 … users - 1.

    tail_exponent: of the density of follower counts; reciprocity: share of edges whose reverse exists; max_followers: of one account,
    at most about users / 8 (None: users / 12). Real graphs: tail 2.0–2.9, reciprocity 0.2–0.3, 15–30 % of follows lead to the top 1 %.
    Raises InvalidInput for what cannot be drawn.
    """

    users: int = 1_000_000
    edges: int = 50_000_000
    tail_exponent: float = 2.3
    reciprocity: float = 0.25
    seed: int = 2026
    max_followers: int | None = None

    def __post_init__(self) -> None:
        require_int("users", self.users, 1000, 100_000_000)
        require_int("seed", self.seed, 0, (1 << 31) - 2)
        pairs = self.users * (self.users - 1)
        require_int("edges", self.edges, 1)
        require(self.edges <= pairs, f"edges must be at most users * (users - 1) = {pairs:,}, not {self.edges:,}")
        require(1.5 <= self.tail_exponent <= 4, f"tail_exponent must be 1.5 … 4, not {self.tail_exponent}")
        require(0 <= self.reciprocity <= 1, f"reciprocity must be 0 … 1, not {self.reciprocity}")
        if self.max_followers is not None:
            require_int("max_followers", self.max_followers, 10, self._room)
        most = int(self._ceiling / 4 * self.users)
        require(self.edges <= most, f"a heavy tail needs room: edges must be at most {most:,} for {self.users:,} users, not {self.edges:,}")

    @cached_property
    def columns(self) -> int:
        """Columns of twenty readers, an odd number, so that of two columns exactly one is in the half circle after the other."""
        columns = self.users // COLUMN
        return columns - 1 + columns % 2

    @cached_property
    def prime(self) -> int:
        """The largest prime within half a circle."""
        return next(number for number in range((self.columns - 1) // 2, 1, -1) if _is_prime(number))

    @property
    def _room(self) -> int:
        """Followers that one author can have: the hungriest reader of each column would come twice beyond it."""
        return ROUND * (self.prime // APPETITES[-1][1])

    @property
    def _ceiling(self) -> int:
        return self.max_followers or min(self._room, self.users // 12)

    @cached_property
    def ranks(self) -> dict[str, np.ndarray]:
        """Accounts in order of followers, in classes that are alike: first_rank, accounts, followers (wanted; luck comes on top)."""
        drawn = self.columns * COLUMN
        first = np.unique(np.round(np.geomspace(1, drawn + 1, 3000)).astype(np.int64)) - 1
        accounts = np.diff(first)
        lucky = first[:-1] >= TOP_SHARE * drawn

        middle = first[:-1] + accounts / 2

        def drawn_with(lowest: float) -> float:
            wanted = np.minimum(self._luck(self._followers(middle, lowest), lucky), self._ceiling)
            return float(accounts @ wanted.mean(axis=1))

        followers = self._followers(middle, _bisect(drawn_with, self._drawn_edges, 1e-9, float(self._ceiling)))
        return {"first_rank": first[:-1], "accounts": accounts, "followers": followers, "lucky": lucky}

    def _followers(self, rank: np.ndarray, lowest: float) -> np.ndarray:
        """The quantile function of a Pareto distribution between `lowest` and the ceiling."""
        shape = self.tail_exponent - 1
        top = float(self._ceiling) ** -shape
        return (rank / (self.columns * COLUMN) * (lowest**-shape - top) + top) ** (-1 / shape)

    @property
    def _drawn_edges(self) -> float:
        """Edges before some are returned: with a share q returned, 2q / (1 + q) of all have a reverse."""
        return self.edges * (2 - self.reciprocity) / 2

    @cached_property
    def returns(self) -> float:
        """How many of the first followers an author follows back, at most: the popular return a small share."""
        ranks = self.ranks
        wanted = np.minimum(self._luck(ranks["followers"], ranks["lucky"]), self._ceiling)
        whole, part = np.floor(wanted), wanted % 1

        def returned_with(most: float) -> float:
            """Of `whole` followers, or one more, what `most` leaves, itself rounded up or down by a hash."""
            limits = ((1 - most % 1, most // 1), (most % 1, most // 1 + 1))
            mean = sum(share * ((1 - part) * np.minimum(whole, limit) + part * np.minimum(whole + 1, limit)) for share, limit in limits)
            return float(ranks["accounts"] @ mean.mean(axis=1))

        return _bisect(returned_with, self.edges * self.reciprocity / 2, 0.0, float(self._ceiling + 1))

    @staticmethod
    def _luck(followers: np.ndarray, lucky: np.ndarray) -> np.ndarray:
        """(classes, levels): what the equally likely levels of luck make of `followers`."""
        _, factors = lognormal_levels(LUCK_SPREAD, LUCK_LEVELS)
        return np.where(lucky[:, None], factors, 1.0) * followers[:, None]

    def tables(self) -> dict[str, dict[str, Any]]:
        """What the SQL draws from: rank_parts, lucks, slots, blocks, sizes; a few thousand rows, blocks 131,071."""
        _, factors = lognormal_levels(LUCK_SPREAD, LUCK_LEVELS)
        bits = np.repeat(np.arange(MOST_BITS + 1), 1 << np.arange(MOST_BITS + 1))
        return {
            "rank_parts": self._rank_parts(),
            "lucks": {"luck": np.arange(2 * LUCK_LEVELS), "factor": np.concatenate([factors, np.ones(LUCK_LEVELS)])},
            "slots": _slots(),
            "blocks": {"bits": bits, "step": np.concatenate([np.arange(1 << b) for b in range(MOST_BITS + 1)])},
            "sizes": {"bits": np.arange(MOST_BITS + 1), "size": 1 << np.arange(MOST_BITS + 1)},
        }

    def _rank_parts(self) -> dict[str, np.ndarray]:
        """The classes of `ranks` cut into blocks: (bits, first_rank, followers, steady), and the few accounts outside every column."""
        ranks = self.ranks
        classes = zip(*(ranks[name].tolist() for name in ("first_rank", "accounts", "followers", "lucky")), strict=True)
        rest = self.columns * COLUMN
        rows = []
        for first, accounts, followers, lucky in [*classes, (rest, self.users - rest, 0.0, False)]:
            while accounts:
                bits = min(accounts.bit_length() - 1, MOST_BITS)
                rows.append((bits, first, followers, 0 if lucky else LUCK_LEVELS))
                first, accounts = first + (1 << bits), accounts - (1 << bits)
        names = ("bits", "first_rank", "followers", "steady")
        return {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}

    def parameters(self) -> dict[str, float]:
        """The whole numbers of the SQL: circle, columns, prime, ceiling, returns, seed, stride (of ranks to ids)."""
        circle = self.columns * COLUMN
        stride = next(number for number in range(int(circle * 0.618), circle) if math.gcd(number, circle) == 1)
        return {
            "circle": circle, "columns": self.columns, "prime": self.prime, "ceiling": self._ceiling, "returns": self.returns,
            "seed": self.seed, "stride": stride,
        }  # fmt: skip


def _bisect(rising: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """The least argument between `low` and `high` at which `rising` reaches `wanted`; `high` where it never does."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return high


def _slots() -> dict[str, np.ndarray]:
    """A hundred followers in a mixed order: residue (which reader of a column), place (the how-manieth of this residue), per_round."""
    residues = np.repeat(np.arange(COLUMN), np.repeat([slots for _, slots in APPETITES], [readers for readers, _ in APPETITES]))
    mixed = residues[np.argsort(np.arange(ROUND) * 37 % ROUND, kind="stable")]
    place = np.array([int((mixed[:slot] == mixed[slot]).sum()) for slot in range(ROUND)])
    return {"slot": np.arange(ROUND), "residue": mixed, "place": place, "per_round": np.bincount(mixed)[mixed]}


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, math.isqrt(number) + 1))
