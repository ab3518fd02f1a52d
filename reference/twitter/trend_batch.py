"""A micro-batch of hashtag uses, aggregated in process: one sort, no Python loop over events.

Each use becomes one 64-bit number, 24 bits for its cell (region, minute, tag) and 40 for its user; sorted, equal cells stand together
and so do repeated users. What Redis then gets is one number per cell and each user of a cell once.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from reference.twitter.errors import InvalidInput, require
from reference.twitter.hashtags import fold
from reference.twitter.hyperloglog import USER_BITS, element_bytes, sketch, user_elements
from reference.twitter.trend_window import MS_PER_MINUTE

MOST_CELLS = 1 << (64 - USER_BITS)
MOST_SPELLINGS = 5_000
ERASED = np.uint64((1 << USER_BITS) - 1)


@dataclass
class Uses:
    """Uses of tags, parallel arrays: `tag` (positions in `names`, which are folded), `user_id`, `minute`, `region` (in `regions`).

    `spelling`: what was written, of at most 5,000 of the uses, spread evenly: (tag, as written) with how often.
    """

    names: list[str]
    tag: np.ndarray
    user_id: np.ndarray
    minute: np.ndarray
    regions: list[str]
    region: np.ndarray
    spelling: dict[tuple[str, str], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.tag)

    def where(self, kept: np.ndarray) -> Uses:
        """Those that the boolean array names."""
        parts = (self.tag[kept], self.user_id[kept], self.minute[kept])
        return Uses(self.names, *parts, self.regions, self.region[kept], self.spelling)


@dataclass
class Group:
    """The cells of one (region, minute), those with most users first.

    `tags`, `counts`: of every cell. The first len(`sketches`) have their users as a sketch, the next len(`few`) as so many elements
    of `users`, the rest have none (nobody asked for them).
    """

    region: str
    minute: int
    tags: list[str]
    counts: list[int]
    sketches: list[bytes]
    few: list[int]
    users: bytes


def gather(tags: Sequence[str], user_ids: np.ndarray, at_ms: np.ndarray, regions: Sequence[str | None] | None, world: str) -> Uses:
    """Uses from parallel sequences of equal length; every use counts in `world`, and in its own region if it has one."""
    spelled, spelling = _factorised(tags)
    names, name_of = _folded(spelled)
    tag = name_of[spelling]
    minute = at_ms // MS_PER_MINUTE
    uses = Uses(names, tag, user_ids, minute, [world], np.zeros(len(tag), dtype=np.int64), _sampled(spelled, names, spelling, tag))
    return uses if regions is None else _with_regions(uses, regions)


def _factorised(values: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """(distinct values, position of each value among them). Arrow is three times as fast at this as a dict."""
    import pyarrow as pa

    require(not isinstance(values, str), f"tags must be a sequence of str, not the str {values!r}")
    try:
        encoded = pa.array(values, type=pa.string()).dictionary_encode()
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeError) as error:
        raise InvalidInput(f"tags must be str without lone surrogates: {error}") from error
    require(not encoded.indices.null_count, "tags must be str: one of them is None")
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _folded(spelled: list[str]) -> tuple[list[str], np.ndarray]:
    """(folded names, position of each spelling's name among them). Most tags are written in small letters already."""
    folded = [tag if tag.isascii() and tag.islower() else fold(tag) for tag in spelled]
    position = {name: i for i, name in enumerate(dict.fromkeys(folded))}
    return list(position), np.fromiter(map(position.__getitem__, folded), dtype=np.int64, count=len(folded))


def _sampled(spelled: list[str], names: list[str], spelling: np.ndarray, tag: np.ndarray) -> dict[tuple[str, str], int]:
    """How tags were written. A sample finds the most frequent spelling as well as all of them would."""
    step = -(-len(tag) // MOST_SPELLINGS) or 1
    counts: dict[tuple[str, str], int] = {}
    for written, name in zip(spelling[::step].tolist(), tag[::step].tolist(), strict=True):
        pair = names[name], spelled[written]
        counts[pair] = counts.get(pair, 0) + 1
    return counts


def _with_regions(uses: Uses, regions: Sequence[str | None]) -> Uses:
    """Each use with a region a second time, there."""
    known = list(dict.fromkeys(region for region in regions if region is not None))
    position = {region: i + 1 for i, region in enumerate(known)}
    own = np.fromiter((position.get(region, 0) for region in regions), dtype=np.int64, count=len(regions))  # type: ignore[arg-type]
    again = own > 0
    tag, user_id, minute = (np.concatenate([part, part[again]]) for part in (uses.tag, uses.user_id, uses.minute))
    region = np.concatenate([uses.region, own[again]])
    return Uses(uses.names, tag, user_id, minute, uses.regions + known, region, uses.spelling)


def groups(uses: Uses, wanted: np.ndarray, sketch_from: int | None) -> list[Group]:
    """The uses by region and minute. `wanted`: for each name, whether its users are asked for; a cell of at least `sketch_from` uses
    gets a sketch (None: never). O(n log n), by one sort."""
    if not len(uses):
        return []
    first, minutes = int(uses.minute.min()), int(uses.minute.max() - uses.minute.min()) + 1
    busy, group = np.unique(uses.region * minutes + (uses.minute - first), return_inverse=True)
    require(len(busy) * len(uses.names) <= MOST_CELLS, f"a batch may have {MOST_CELLS:,} cells of (region, minute, tag): split it")
    cells = _Cells.sorted(group * len(uses.names) + uses.tag, user_elements(uses.user_id))
    made = []
    for number, (start, end) in enumerate(cells.bounds(len(busy), len(uses.names))):
        region, minute = divmod(int(busy[number]), minutes)
        tag = cells.cell[start:end] - number * len(uses.names)
        made.append(_group(cells, uses.regions[region], first + minute, slice(start, end), tag, uses.names, wanted, sketch_from))
    return made


@dataclass
class _Cells:
    """Sorted cells with their counts; `elements[user_start[i]:user_start[i + 1]]` are the distinct users of cell i."""

    cell: np.ndarray
    count: np.ndarray
    user_start: np.ndarray
    elements: np.ndarray

    @classmethod
    def sorted(cls, cell: np.ndarray, element: np.ndarray) -> _Cells:
        packed = cell.astype(np.uint64) << np.uint64(USER_BITS) | element
        packed.sort()
        of_cell = (packed >> np.uint64(USER_BITS)).astype(np.int64)
        start = np.flatnonzero(np.diff(of_cell, prepend=-1))
        new_user = np.ones(len(packed), dtype=bool)
        new_user[1:] = packed[1:] != packed[:-1]
        users = np.add.reduceat(new_user.astype(np.int64), start)
        bounds = np.concatenate([[0], np.cumsum(users)])
        return cls(of_cell[start], np.diff(start, append=len(packed)), bounds, packed[new_user] & ERASED)

    def bounds(self, groups: int, names: int) -> list[tuple[int, int]]:
        """Where the cells of each group begin and end."""
        edges = np.searchsorted(self.cell, np.arange(groups + 1) * names).tolist()
        return list(itertools.pairwise(edges))


def _group(
    cells: _Cells, region: str, minute: int, part: slice, tag: np.ndarray, names: list[str], wanted: np.ndarray, sketch_from: int | None
) -> Group:
    count, start, end = cells.count[part], cells.user_start[part], cells.user_start[part.start + 1 : part.stop + 1]
    asked = wanted[tag]
    many = asked & (count >= sketch_from) if sketch_from else np.zeros(len(tag), dtype=bool)
    order = np.argsort(np.where(many, 0, np.where(asked, 1, 2)), kind="stable")
    few = asked & ~many
    spans = zip(start[many].tolist(), end[many].tolist(), strict=True)
    users = cells.elements[start[0] : end[-1]][np.repeat(few, end - start)]
    return Group(
        region,
        minute,
        [names[i] for i in tag[order].tolist()],
        count[order].tolist(),
        [sketch(cells.elements[a:b]) for a, b in spans],
        (end - start)[few].tolist(),
        element_bytes(users),
    )
