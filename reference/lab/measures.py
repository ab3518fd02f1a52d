"""The figures by which a follow graph is compared with Twitter's: tail exponent, concentration, reciprocity, homophily."""

from __future__ import annotations

import numpy as np

from reference.twitter.errors import require


def tail_exponent(counts: np.ndarray, min_tail: int = 50) -> tuple[float, int]:
    """Exponent of the density of the tail of `counts`, p(k) ~ k^-a, and the k_min from which it holds: (a, k_min).

    Maximum likelihood for whole numbers, a = 1 + n / Σ ln(k / (k_min - 1/2)), with the k_min whose fit has the smallest
    Kolmogorov–Smirnov distance, among those that leave at least `min_tail` accounts (Clauset, Shalizi, Newman, SIAM Review 2009).
    """
    ordered = np.sort(np.asarray(counts, dtype=np.float64)[np.asarray(counts) > 0])
    require(len(ordered) >= 2 * min_tail, f"tail_exponent needs at least {2 * min_tail} positive counts, not {len(ordered)}")
    candidates = np.unique(ordered[: len(ordered) - min_tail])
    fits = [_fit_tail(ordered[np.searchsorted(ordered, k_min) :], k_min) for k_min in candidates]
    _distance, exponent, k_min = min(fits)
    return exponent, int(k_min)


def _fit_tail(tail: np.ndarray, k_min: float) -> tuple[float, float, float]:
    exponent = 1 + len(tail) / np.log(tail / (k_min - 0.5)).sum()
    fitted = 1 - ((tail + 0.5) / (k_min - 0.5)) ** (1 - exponent)
    empirical = np.searchsorted(tail, tail, side="right") / len(tail)
    return float(np.abs(fitted - empirical).max()), float(exponent), float(k_min)


def top_share(counts: np.ndarray, users: int, share: float = 0.01) -> float:
    """Part of all followers that the top `share` of `users` accounts hold."""
    counts = np.sort(np.asarray(counts))[::-1]
    return float(counts[: max(1, round(users * share))].sum() / counts.sum())


def reciprocity(follower: np.ndarray, followee: np.ndarray) -> float:
    """Share of directed edges whose reverse exists."""
    _, compact = np.unique(np.concatenate([follower, followee]), return_inverse=True)
    a, b = compact[: len(follower)], compact[len(follower) :]
    base = int(compact.max()) + 1
    return float(np.isin(b * base + a, a * base + b).mean())
