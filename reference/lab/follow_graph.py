"""A follow graph that looks like Twitter's: heavy-tailed followers, communities, edges that are returned.

Three ideas, each one line of the generator: followees are drawn in proportion to a Pareto *attractiveness*; most draws stay
inside the follower's community; then edges are returned until the wanted reciprocity is met. Everything is vectorised.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference.twitter.errors import require

MEAN_FOLLOWEES = 21.7
OVERSAMPLING = 1.22  # draws that hit the same pair twice are dropped; this makes up for them at 10,000 users


@dataclass(frozen=True, slots=True)
class GraphShape:
    """What the graph should look like. `pareto_exponent`: of the density of attractiveness; `head_shift` blunts its very top.

    `inside`: share of draws that stay in the follower's community; `reciprocity`: share of edges whose reverse exists.
    """

    mean_followees: float = MEAN_FOLLOWEES
    pareto_exponent: float = 2.1
    head_shift: float = 1.5
    inside: float = 0.66
    reciprocity: float = 0.25
    followee_spread: float = 0.9
    luck: float = 1.0

    def __post_init__(self) -> None:
        require(self.mean_followees > 0, f"mean_followees must be > 0, not {self.mean_followees}")
        require(self.pareto_exponent > 2, f"pareto_exponent must be > 2 (else the mean is infinite), not {self.pareto_exponent}")
        require(0 <= self.inside <= 1, f"inside must be 0 … 1, not {self.inside}")
        require(0 <= self.reciprocity < 1, f"reciprocity must be 0 <= r < 1, not {self.reciprocity}")


def draw_communities(users: int, rng: np.random.Generator) -> np.ndarray:
    """Community of each user, (users,) int64: about sqrt(users)/4 communities, the k-th of a size ~ 1/(k+3)."""
    count = int(np.clip(round(users**0.5 / 4), 2, 200))
    weights = 1 / (np.arange(count) + 3)
    return np.searchsorted(np.cumsum(weights / weights.sum())[:-1], rng.random(users), side="right").astype(np.int64)


def draw_edges(community: np.ndarray, rng: np.random.Generator, shape: GraphShape | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Edges as (follower, followee) positions 0 … users-1: no self-follows, no duplicates, sorted by (follower, followee).

    `community`: of each user. Cost: O(edges · log users) time, about 100 bytes an edge.
    """
    shape = shape or GraphShape()
    users = len(community)
    followers = _draw_followers(users, rng, shape)
    followees = _draw_followees(followers, community, _attractiveness(users, rng, shape), rng, shape)
    keys = np.unique((followers * users + followees)[followers != followees])
    return np.divmod(_return_edges(keys, users, rng, shape.reciprocity), users)


def _attractiveness(users: int, rng: np.random.Generator, shape: GraphShape) -> np.ndarray:
    """Pareto *quantiles* in random order: every seed has the same celebrities, whoever they are. Below the top 1 % luck plays in."""
    rank = rng.permutation(users)
    luck = np.where(rank < users // 100, 0.0, shape.luck * rng.standard_normal(users))
    return ((rank + 0.5 + shape.head_shift) / users) ** (-1 / (shape.pareto_exponent - 1)) * np.exp(luck - shape.luck**2 / 2)


def _draw_followers(users: int, rng: np.random.Generator, shape: GraphShape) -> np.ndarray:
    appetite = np.exp(shape.followee_spread * rng.standard_normal(users))
    # returned edges come on top: drawn edges · (1 + r/(2-r)) = all edges
    drawn = shape.mean_followees * OVERSAMPLING * (2 - shape.reciprocity) / 2
    ceiling = max(1, users // 4)
    followees = np.clip(np.rint(drawn * appetite / appetite.mean()).astype(np.int64), 1, ceiling)
    return np.repeat(np.arange(users, dtype=np.int64), followees)


def _draw_followees(
    followers: np.ndarray, community: np.ndarray, weights: np.ndarray, rng: np.random.Generator, shape: GraphShape
) -> np.ndarray:
    """One weighted draw per edge. Users sorted by community make each community an interval of the cumulative weight."""
    order = np.argsort(community, kind="stable")
    edges_of_weight = np.concatenate([[0.0], np.cumsum(weights[order])])
    first = np.searchsorted(community[order], community[followers], side="left")
    beyond = np.searchsorted(community[order], community[followers], side="right")
    stays = rng.random(len(followers)) < shape.inside
    low = np.where(stays, edges_of_weight[first], 0.0)
    high = np.where(stays, edges_of_weight[beyond], edges_of_weight[-1])
    point = low + rng.random(len(followers)) * (high - low)
    position = np.searchsorted(edges_of_weight, point, side="right") - 1
    return order[np.clip(position, 0, len(order) - 1)]


def _return_edges(keys: np.ndarray, users: int, rng: np.random.Generator, reciprocity: float) -> np.ndarray:
    """Add reverses of one-way edges until `reciprocity` is met; the popular rarely follow back."""
    follower, followee = np.divmod(keys, users)
    one_way = ~np.isin(followee * users + follower, keys, assume_unique=True)
    mutual = len(keys) - int(one_way.sum())
    missing = int(max(0, (reciprocity * len(keys) - mutual) / (2 - reciprocity)))
    popularity = np.bincount(followee, minlength=users)[followee[one_way]]
    reluctance = -np.log1p(-rng.random(len(popularity))) * (popularity + 1.0)
    chosen = np.argsort(reluctance, kind="stable")[:missing]
    returned = (followee[one_way] * users + follower[one_way])[chosen]
    return np.sort(np.concatenate([keys, returned]))


def label_communities(follower: np.ndarray, followee: np.ndarray, users: int, count: int = 12) -> np.ndarray:
    """Communities of a graph that came without: the nearest of the `count` most-followed accounts, (users,) int64.

    Breadth first from all of them at once, edges taken both ways; ties go to the more followed. Users whom nobody connects to them
    form the community `count`. O(edges · diameter).
    """
    followers = np.bincount(followee, minlength=users)
    hubs = np.argsort(-followers, kind="stable")[: min(count, int((followers > 0).sum()))]
    label = np.full(users, count, dtype=np.int64)
    label[hubs] = np.arange(len(hubs))
    while True:
        reached = np.full(users, count, dtype=np.int64)
        np.minimum.at(reached, follower, label[followee])
        np.minimum.at(reached, followee, label[follower])
        fresh = (label == count) & (reached < count)
        if not fresh.any():
            return label
        label[fresh] = reached[fresh]
