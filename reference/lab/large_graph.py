"""A follow graph of hundreds of millions of accounts, in twenty thousand classes of authors that are alike.

The graph is never drawn edge by edge. Accounts are ranked by followers, whose number at each rank is the *quantile* of a truncated
Pareto distribution; ranks are put into classes. Analytical, so the same every time: no chance is involved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.twitter.errors import require, require_int


@dataclass(frozen=True)
class LargeGraph:
    """A follow graph in a few numbers; the defaults are design A's day (200 M readers, 500 M tweets, 2 B reads, 200 follows each).

    users: accounts, of which `dormant_share` hardly read. tail_exponent: of the density of follower counts (real ones: 2.0–2.9).
    rate_exponent: tweets per day grow with followers**rate_exponent (0: who is followed more does not tweet more).
    tweets_per_user: mean over all accounts; reads_per_active: home reads a day of an active reader. *_spread: sigma of log rates.
    """

    users: int = 800_000_000
    mean_followees: float = 200.0
    tail_exponent: float = 2.3
    max_followers: int = 130_000_000
    dormant_share: float = 0.75
    tweets_per_user: float = 0.625
    reads_per_active: float = 10.0
    reads_per_dormant: float = 0.02
    rate_exponent: float = 0.0
    tweet_spread: float = 0.9
    read_spread: float = 0.7
    classes: int = 20_000

    def __post_init__(self) -> None:
        require_int("users", self.users, 1000, 10_000_000_000)
        require_int("max_followers", self.max_followers, 100, self.users)
        require_int("classes", self.classes, 100, 200_000)
        require(1.05 <= self.tail_exponent <= 4, f"tail_exponent must be 1.05 … 4, not {self.tail_exponent}")
        require(0 <= self.dormant_share < 1, f"dormant_share must be 0 <= share < 1, not {self.dormant_share}")
        most = self.max_followers / 10
        require(1 <= self.mean_followees <= most, f"mean_followees must be 1 … max_followers / 10 = {most:,.0f}, not {self.mean_followees}")
        require(0 <= self.rate_exponent <= 1, f"rate_exponent must be 0 … 1, not {self.rate_exponent}")
        for name in ("tweets_per_user", "reads_per_active"):
            require(getattr(self, name) > 0, f"{name} must be > 0 a day, not {getattr(self, name)}")
        for name in ("reads_per_dormant", "tweet_spread", "read_spread"):
            require(getattr(self, name) >= 0, f"{name} must be >= 0, not {getattr(self, name)}")

    @property
    def mean_reads(self) -> float:
        """Home reads a day, averaged over all accounts: the pulls that one follower costs."""
        return (1 - self.dormant_share) * self.reads_per_active + self.dormant_share * self.reads_per_dormant


def author_classes(graph: LargeGraph) -> dict[str, np.ndarray]:
    """Columns accounts, last_rank, followers, tweets_per_day, reads_per_follower, most followed class first; followers·accounts sum to
    users·mean_followees. The largest accounts are classes of their own, then ranks are grouped in geometric steps."""
    first = np.unique(np.round(np.geomspace(1, graph.users + 1, graph.classes))) - 1
    accounts, last_rank = np.diff(first), first[1:]
    lowest = _lowest_followers(graph)
    followers = np.diff(_followers_above(first / graph.users, lowest, graph)) * graph.users / accounts
    rate = followers**graph.rate_exponent
    rate *= graph.tweets_per_user / np.average(rate, weights=accounts)
    return {
        "accounts": accounts, "last_rank": last_rank, "followers": followers, "tweets_per_day": rate,
        "reads_per_follower": np.full_like(followers, graph.mean_reads),
    }  # fmt: skip


def _followers_above(share: np.ndarray | float, lowest: float, graph: LargeGraph) -> Any:
    """Followers per account that the most followed `share` of accounts hold together: the quantile function of the Pareto
    distribution between `lowest` and max_followers, integrated."""
    shape = graph.tail_exponent - 1
    top = graph.max_followers**-shape
    width = lowest**-shape - top
    power = 1 - 1 / shape if abs(shape - 1) > 1e-9 else 1e-9
    return ((share * width + top) ** power - top**power) / (power * width)


def _lowest_followers(graph: LargeGraph) -> float:
    """The lower end of the distribution that gives the wanted mean, by bisection."""
    low, high = 1e-9, float(graph.mean_followees)
    for _ in range(100):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if _followers_above(1.0, middle, graph) < graph.mean_followees else (low, middle)
    return high


def lognormal_levels(sigma: float, levels: int = 15) -> tuple[np.ndarray, np.ndarray]:
    """A lognormal of mean 1 as `levels` equally likely values: (shares, values)."""
    from statistics import NormalDist

    normal = NormalDist()
    values = np.exp(sigma * np.array([normal.inv_cdf((level + 0.5) / levels) for level in range(levels)]))
    return np.full(levels, 1 / levels), values / values.mean()
