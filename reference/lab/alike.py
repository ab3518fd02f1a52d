"""How alike simultaneous calls are: one slow node, one pause, one busy link makes several of them slow at once.

Each latency keeps its own distribution; what they share is a normal factor with weight `shared` (a Gaussian copula): 0 independent,
1 equally slow. What that does depends on who waits for whom. Spare copies (hedging, quorums, retries) help less: independence is the
optimistic assumption there. The slowest of n gets *faster*, since n alike reads are fewer chances of a slow one: there independence is
the pessimistic one, as long as the pause is in each call's own p99 already. One that is not goes around the group (`latency_calls.paused`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reference.lab.gaussian import from_tail, tail

_FACTORS = np.linspace(-8, 8, 241)
_DENSITY = np.exp(-(_FACTORS**2) / 2)
_DENSITY /= _DENSITY.sum()


def with_common(z: np.ndarray, common: np.ndarray, shared: float) -> np.ndarray:
    """Independent standard normals `z` made alike, each normal again by itself. common: the factor of each group, normal too."""
    return math.sqrt(shared) * common + math.sqrt(1 - shared) * z


def over_common(combine: Callable[..., np.ndarray], survivals: Sequence[Any], shared: float) -> np.ndarray:
    """Mean of `combine(*survivals)` over the common factor. survivals: shares slower than some latency, of one shape, of the same call."""
    if shared == 0:
        return combine(*survivals)
    if shared == 1:  # every copy is as slow as the first: within each group all shares are one number, uniform in 0 … 1
        edges = np.unique(np.concatenate([[0.0, 1.0], *(np.ravel(each) for each in survivals)]))
        middles, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
        given = [(middles < np.asarray(each)[..., None]).astype(float) for each in survivals]
        return combine(*given) @ widths
    spread = math.sqrt(1 - shared)
    given = [tail((from_tail(each)[..., None] - math.sqrt(shared) * _FACTORS) / spread) for each in survivals]
    return combine(*given) @ _DENSITY
