"""The size of a timeline cache, as laws: what Redis packs, what it does not, and how many nodes hold it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.estimation.misconceptions import misconception
from reference.study.answers import call, called, plain
from reference.study.task import Trial

DEADLINE_S, PATIENCE_S = 2.0, 0.4
GIB = 1 << 30


def draw_cache(rng: np.random.Generator) -> Mapping[str, Any]:
    return {
        "packed_entries": (64, 128, 256)[int(rng.integers(3))],
        "packed_bytes": int(rng.integers(12, 16)),
        "entry_bytes": int(rng.integers(11, 14)) * 10,
        "key_bytes": int(rng.integers(8, 13)) * 10,
        "most_entries": (500, 600, 800, 1_000)[int(rng.integers(4))],
        "copies": int(rng.integers(2, 4)),
        "node_gib": (16, 32, 64)[int(rng.integers(3))],
        "fill_percent": (60, 70, 75, 80)[int(rng.integers(4))],
    }


@dataclass(frozen=True)
class Cache:
    """The learner's function, what was asked of it, and dice."""

    answer: Any
    v: SimpleNamespace
    trial: Trial

    def check(self, timelines: Mapping[int, int], slips: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """slips: hint (a sentence or a misconception's name) → what is otherwise for somebody with it."""
        got = plain(call(self.answer, dict(timelines)))
        right = nodes(timelines, self.v)
        if type(got) in (int, float) and got == right:
            return
        found = {name: nodes(timelines, SimpleNamespace(**{**vars(self.v), **other})) for name, other in (slips or {}).items()}
        slip = next((name for name, wrong in {**found, **rounded(timelines, self.v)}.items() if _alike(got, wrong)), "")
        hint = slip if " " in slip else slip and misconception(slip).says
        raise Broken(
            f"{right:,} nodes",
            f"{got:,} nodes" if type(got) in (int, float) else repr(got)[:160],
            hint or None,
            called(self.answer, timelines),
        )

    def filling(self, entries: int, at_least: int = 40) -> int:
        """Readers whose timelines of so many entries need that many nodes and some more, so that every slip shows."""
        return int(at_least * node_bytes(self.v) / (size_bytes(entries, self.v) * self.v.copies)) + 1


def _alike(got: Any, wrong: float) -> bool:
    return type(got) in (int, float) and math.isclose(got, wrong, rel_tol=1e-12)


def size_bytes(entries: int, v: SimpleNamespace) -> int:
    """Bytes of one timeline; an empty one is no key. `first_packed`, of a slip: so many entries are packed in a long one, too."""
    kept = min(entries, v.most_entries)
    each = v.packed_bytes if kept <= v.packed_entries else v.entry_bytes
    spared = getattr(v, "first_packed", 0) * (each - v.packed_bytes)
    return v.key_bytes + kept * each - spared if kept else 0


def node_bytes(v: SimpleNamespace) -> int:
    """What one node may hold."""
    return v.node_gib * GIB * v.fill_percent // 100


def full(timelines: Mapping[int, int], v: SimpleNamespace) -> Fraction:
    """Nodes, not rounded, for one copy of {entries: readers}."""
    one_copy = sum(size_bytes(entries, v) * readers for entries, readers in timelines.items())
    return Fraction(one_copy * 100) / Fraction(v.node_gib * GIB * v.fill_percent)


def nodes(timelines: Mapping[int, int], v: SimpleNamespace) -> int:
    """Nodes for {entries: readers}."""
    whole = math.ceil(full(timelines, v) * v.copies)
    return max(whole, v.copies) if whole else 0


def rounded(timelines: Mapping[int, int], v: SimpleNamespace) -> dict[str, float]:
    """What is wrong with the rounding alone → the nodes that it makes."""
    exactly = full(timelines, v) * v.copies
    return {
        "**A part of a node.** Nodes are whole. *Round up, once, at the very end.*": float(exactly),
        "**Rounded down.** The last node is missing, and what it would hold. *Round up: `math.ceil`.*": math.floor(exactly),
        "**Rounded up for each copy.** A node may hold any copies, but for two of one timeline. *All copies first, then round up once.*": (
            math.ceil(full(timelines, v)) * v.copies
        ),
    }


caches: Contract[Cache] = Contract("a timeline cache")


@caches.behaviour(
    why="Eight bytes is the id. An entry of a sorted set takes fifteen times that: it is the difference between a node and a fleet.",
    hint="Bytes of a timeline = key_bytes + entries × entry_bytes. Then times readers, times copies, over what one node may hold, rounded "
    "up.",
)
def a_long_timeline_takes_its_bytes(cache: Cache) -> None:
    v = cache.v
    length = v.packed_entries + 100
    cache.check(
        {length: cache.filling(length, at_least=2_000)},  # so many that a missing key shows beside a wrong rounding
        {
            "eight-byte-entry": {"entry_bytes": 8},
            "forgot-replication": {"copies": 1},
            "utilisation-forgotten": {"fill_percent": 100},
            "utilisation-upside-down": {"fill_percent": 1e4 / v.fill_percent},
            "**GB for GiB.** A node of 64 GiB holds 64 × 2³⁰ bytes, 7 % more than 64 × 10⁹. *Memory is counted in powers of two.*": {
                "node_gib": v.node_gib * 1e9 / GIB
            },
            "**The key is missing.** Each timeline has a key, an object and a place in the dictionary beside its entries. *Add key_bytes, "
            "once for each timeline.*": {"key_bytes": 0},
            f"**The first {v.packed_entries} stay packed.** Redis keeps a set in one form or the other. *With one entry too many, every "
            "entry takes entry_bytes.*": {"first_packed": v.packed_entries},
            "**All packed.** This timeline has more entries than Redis packs. *Above packed_entries every entry takes entry_bytes.*": {
                "packed_entries": 10**9
            },
        },
    )


@caches.behaviour(
    why="Redis packs a short set into one block, at a ninth of the bytes. The cap that you choose decides on which side you are.",
    hint="Up to packed_entries, that number included, an entry takes packed_bytes. One more, and *every* entry of the set takes "
    "entry_bytes.",
)
def up_to_the_limit_entries_are_packed(cache: Cache) -> None:
    for entries in (cache.v.packed_entries // 2, cache.v.packed_entries, cache.v.packed_entries + 1):
        cache.check({entries: cache.filling(entries)})


@caches.behaviour(
    why="Nobody scrolls back ten thousand tweets. The cap is what keeps the cache of finite size.",
    hint="Take min(entries, most_entries) before anything else.",
)
def no_timeline_is_longer_than_the_cap(cache: Cache) -> None:
    cap = cache.v.most_entries
    for entries in (cap, cap + 1, 20 * cap):
        cache.check({entries: cache.filling(entries)})


@caches.behaviour(
    why="Most timelines are short and few are long. The mean of both is a timeline that nobody has, and it lies on one side of the limit.",
    hint="Compute the bytes for each length, and add the bytes up. Do not average the entries first.",
)
def short_and_long_timelines_are_added_not_averaged(cache: Cache) -> None:
    packed, cap = cache.v.packed_entries, cache.v.most_entries
    cache.check({packed // 4: cache.filling(packed // 4), cap: cache.filling(cap)})
    cache.check({packed - 10: cache.filling(packed), packed + 10: cache.filling(packed)})


@caches.behaviour(
    why="A copy on the same machine dies with it. However little there is to keep, copies stand on nodes of their own.",
    hint="At least as many nodes as copies, as soon as there is anything at all; none for nothing.",
)
def copies_never_share_a_node(cache: Cache) -> None:
    cache.check({cache.v.packed_entries: 1})
    cache.check({10: 0})
    cache.check({0: 1_000_000})
    cache.check({})


@caches.behaviour(
    why="Half a node cannot be rented: what fits into 3.01 nodes needs four.",
    hint="Round up once, at the very end, and mind that the result is a whole number.",
)
def a_part_of_a_node_is_a_node(cache: Cache) -> None:
    entries = cache.v.most_entries
    for at_least in (4, 5, 6):
        cache.check({entries: cache.filling(entries, at_least)})  # a little more than so many nodes


@caches.behaviour(
    why="An estimate is used again when the numbers have changed: it has to hold for any mixture of readers.",
    hint="Go through the lengths one by one: cut to the cap, choose the bytes of an entry, add the key, times readers.",
)
def any_mixture_of_readers_comes_out_right(cache: Cache) -> None:
    rng = cache.trial.rng
    for _ in range(200 if cache.trial.hidden else 30):
        lengths = rng.integers(0, 2 * cache.v.most_entries, int(rng.integers(1, 8))).tolist()
        cache.check({length: int(10 ** rng.uniform(1, 8)) for length in lengths})


def judge_cache(answer: Any, trial: Trial) -> Report:
    return caches.run(Cache(answer, trial.variant, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
