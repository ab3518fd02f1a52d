"""The leaf pages of a B-tree index while keys arrive: how often a page splits, and how many pages the inserts touch.

Sizes are PostgreSQL's: pages of 8 KB, 12 bytes beside each key, the last page split at 90 %, the others in the middle.
A model and no engine, because engines do not tell these counts; a test inserts the same keys into PostgreSQL and compares the pages.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence

from reference.twitter.errors import require_int

PAGE_BYTES = 8192 - 24 - 16  # without PostgreSQL's page header and the B-tree's own 16 bytes
BYTES_BESIDE_A_KEY = 12  # line pointer 4, tuple header 8
FILL_PERCENT = 90  # what a split of the last page leaves in it: PostgreSQL's default fillfactor


class IndexPages:
    """The leaf level of a B-tree. `keys_per_page` is its capacity, `splits` what it cost so far.

    `key_bytes`: 8 for a BIGINT, 16 for a UUID. Keys are ints that compare as the engine compares them (a UUID: its 128 bits, big-endian).
    """

    def __init__(self, key_bytes: int) -> None:
        self.keys_per_page = PAGE_BYTES // (BYTES_BESIDE_A_KEY + require_int("key_bytes", key_bytes, 1, 2000))
        self.splits = 0
        self._lowest: list[int] = []  # the smallest key of each page, which is how a key finds its page
        self._pages: list[list[int]] = []
        self._numbers: list[int] = []  # a page keeps its number when others are born before it
        self._touched: set[int] = set()

    def __len__(self) -> int:
        """How many leaf pages there are."""
        return len(self._pages)

    def insert(self, key: int) -> None:
        """O(log pages + keys per page)."""
        if not self._pages:
            self._add(0, [])
        at = max(0, bisect_right(self._lowest, key) - 1)
        page = self._pages[at]
        insort(page, key)
        self._lowest[at] = page[0]
        self._touched.add(self._numbers[at])
        if len(page) > self.keys_per_page:
            self._split(at, page)

    def touched_by(self, keys: Iterable[int]) -> int:
        """Insert `keys` and count the different pages that were written."""
        self._touched = set()
        for key in keys:
            self.insert(key)
        return len(self._touched)

    def _split(self, at: int, page: list[int]) -> None:
        last = at == len(self._pages) - 1
        keep = self.keys_per_page * FILL_PERCENT // 100 if last else len(page) // 2
        upper = page[keep:]
        del page[keep:]
        self._add(at + 1, upper)
        self.splits += 1

    def _add(self, at: int, keys: list[int]) -> None:
        self._touched.add(len(self._pages))
        self._numbers.insert(at, len(self._pages))
        self._lowest.insert(at, keys[0] if keys else 0)
        self._pages.insert(at, keys)


def pages_touched(keys: Sequence[int], key_bytes: int, every: int = 1000) -> tuple[IndexPages, list[int]]:
    """Insert all `keys` in their order: the index, and for each `every` inserts the number of different pages they wrote. O(n log n)."""
    require_int("every", every, 1)
    index = IndexPages(key_bytes)
    return index, [index.touched_by(keys[start : start + every]) for start in range(0, len(keys), every)]
