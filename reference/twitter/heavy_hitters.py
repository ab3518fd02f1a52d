"""Which tags are frequent, in bounded memory: a Misra–Gries sketch in front of Redis (`datasketches`), and the error that it makes.

Three quarters of all tags are used once. On the internet's scale they would fill Redis with counters that nobody ever reads; a sketch
of some thousand counters knows which tags are worth one. Misra & Gries (1982); Anderson et al., "A High-Performance Algorithm for
Identifying Frequent Items in Data Streams" (IMC 2017).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.twitter.errors import require_int

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class FrontError:
    """What the front may have cost so far in this hour and this process.

    `uses`: uses seen; `let_through`: of these, passed on; `sketch_error`: the most by which the sketch counts too low, in uses;
    `most_missed`: the most uses of one tag that were not passed on in an hour; `tags_held`: counters in use, `capacity`: at most.
    """

    uses: int
    let_through: int
    sketch_error: int
    most_missed: int
    tags_held: int
    capacity: int


class HeavyHitters:
    """Lets a tag through once it was surely used `least` times in this hour or the one before, as seen by this process.

    `log2_size`: the sketch holds up to 0.75 · 2**log2_size counters, however many tags there are; it counts a tag too low by at most
    3.5 / 2**log2_size of the uses of the hour. Thus no more tags than uses / least are ever let through, and what is missed of a tag
    are its first uses of an hour: fewer than `least` and that error together.
    `counts_too`: True keeps the counts of rare tags out of Redis as well (bounded memory); False only their users.
    """

    def __init__(self, least: int, log2_size: int = 14, counts_too: bool = True) -> None:
        self.least = require_int("least", least, 1)
        self.log2_size = require_int("log2_size", log2_size, 3, 26)
        self.counts_too = counts_too
        self._hour = -1
        self._uses = self._let_through = 0
        self._now, self._before = self._new(), self._new()

    def admit(self, tags: Sequence[str], counts: np.ndarray, now_ms: int) -> np.ndarray:
        """Take notice of so many uses of each tag; boolean array: who is let through. O(tags)."""
        self._turn(now_ms // HOUR_MS)
        times = counts.tolist()
        deque(map(self._now.update, tags, times), maxlen=0)
        now, before = (
            np.fromiter(map(sketch.get_lower_bound, tags), dtype=np.int64, count=len(tags)) for sketch in (self._now, self._before)
        )
        admitted = np.maximum(now, before) >= self.least
        self._uses += int(counts.sum())
        self._let_through += int(counts[admitted].sum())
        return admitted

    def error(self) -> FrontError:
        """The error so far in this hour."""
        off = math.ceil(self._now.epsilon * self._now.total_weight)
        held, capacity = self._now.num_active_items, 3 << self.log2_size >> 2
        return FrontError(self._uses, self._let_through, off, self.least - 1 + off, held, capacity)

    def _turn(self, hour: int) -> None:
        """A sketch for each hour, so that what was frequent once is forgotten; a clock that steps back changes nothing."""
        if hour > self._hour:
            self._before = self._now if hour == self._hour + 1 else self._new()
            self._now, self._hour, self._uses, self._let_through = self._new(), hour, 0, 0

    def _new(self) -> Any:
        from datasketches import frequent_strings_sketch

        return frequent_strings_sketch(self.log2_size)
