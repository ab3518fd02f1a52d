"""The lab's calls, queue and percentiles, as near to each exercise as their parameters go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.lab.latency import Call, parallel, percentiles, quorum, serial
from reference.lab.queueing import simulate_fanout


@dataclass(frozen=True)
class Measured(Call):
    """A call that takes what was measured, each latency as likely as the others."""

    ms: tuple[float, ...]

    def survival(self, ms: Any) -> np.ndarray:
        return 1 - np.searchsorted(np.sort(self.ms), ms, side="right") / len(self.ms)

    def places(self) -> np.ndarray:
        return np.unique(np.concatenate([np.nextafter(self.ms, -1), self.ms]))


def _page(variant: SimpleNamespace) -> Callable[..., float]:
    """The page goes on without the slowest few: the lab knows no cut before which it would wait for them."""

    def page_percentile(own_ms: Any, pull_ms: Any, hydrate_ms: Any, reads: int, percent: float, plays: int, rng: Any) -> float:
        own, pull, hydrate = (Measured(tuple(ms.tolist())) for ms in (own_ms, pull_ms, hydrate_ms))
        enough = reads - variant.missing
        side_by_side = parallel(own, quorum(pull, enough, reads)) if enough > 0 else own
        return percentiles(serial(side_by_side, hydrate).sample(plays, rng), (percent,))[percent]

    return page_percentile


def _visible(variant: SimpleNamespace) -> Callable[..., list[int]]:
    """In order of arrival: the lab's line bounds a tweet to one worker, or not at all."""

    def visible_ms(tweets: list[tuple[int, int]], workers: int) -> list[int]:
        waiting = {place: tweet for place, tweet in enumerate(tweets) if tweet[1]}
        found = [0] * len(tweets)
        if waiting:
            arrived, followers = zip(*waiting.values(), strict=True)
            run = simulate_fanout(followers, arrived, workers, variant.batch, float(variant.batch_ms), 0.0)
            for place, ms in zip(waiting, run.to_visible_ms.tolist(), strict=True):
                found[place] = round(ms)
        return found

    return visible_ms


def _mended(variant: SimpleNamespace) -> Callable[..., float | None]:
    """Whole requests, but the lab's percentiles lie between two of them."""

    def took(request: dict[str, Any]) -> int:
        if request["timed_out"]:
            return int(variant.timeout_ms)
        return int(max(request["own"], min(request["celebrities"] or 0, variant.cut_ms)) + request["hydrate"])

    def mended_percentile(servers: list[list[dict[str, Any]]]) -> float | None:
        times_ms = [took(request) for server in servers for request in server]
        return percentiles(times_ms, (variant.percent,))[variant.percent] if times_ms else None

    return mended_percentile


REFERENCES = {"latency-page": _page, "latency-visible": _visible, "latency-mend": _mended}
