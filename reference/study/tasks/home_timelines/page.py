"""One page of a home timeline, read by a cursor: full although tweets were deleted, and never without an end to its work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.contracts.report import describe
from reference.study.answers import plain
from reference.study.task import Trial

DEADLINE_S, PATIENCE_S = 2.0, 0.4
FIRST = 2**60 + 1
MOST_CALLS = 12
STRANGE = ("page-2", "12; DROP", "-5", "1_000", "")


def draw_page(rng: np.random.Generator) -> Mapping[str, Any]:
    return {"looks": 10 * int(rng.integers(5, 10))}


@dataclass
class Timeline:
    """The answer over a timeline of `count` tweets, t1 the oldest, and what it asked of it during one page."""

    answer: Any
    looks: int
    count: int
    gone: set[int] = field(default_factory=set)
    looked: set[int] = field(default_factory=set)
    calls: int = 0

    def newest(self, below: int | None, count: int) -> list[int]:
        self.calls += 1
        if type(count) is not int or count < 1:
            raise Broken("`newest(below, count)` to be asked for 1 id or more", f"{count!r}")
        top = FIRST + self.count if below is None else min(below, FIRST + self.count)
        found = list(range(top - 1, max(top - 1 - count, FIRST - 1), -1))
        self.looked.update(found)
        return found

    def visible(self, ids: Any) -> set[int]:
        self.calls += 1
        return {id for id in ids if FIRST <= id < FIRST + self.count} - self.gone

    def delete(self, *numbers: int) -> None:
        self.gone |= {FIRST + number - 1 for number in numbers}

    def page(self, limit: int, cursor: Any = None) -> tuple[list[int], Any]:
        """(numbers of the tweets, cursor): what the answer returned, if it has that form and did not look too far."""
        self.looked, self.calls = set(), 0
        got = self.answer(self.newest, self.visible, limit, cursor)
        if not isinstance(got, tuple | list) or len(got) != 2 or not isinstance(got[0], list | tuple):
            raise Broken("a page: (list of ids, cursor)", f"{got!r}"[:120], given=self.given(limit, cursor))
        if not (got[1] is None or type(got[1]) is str):
            raise Broken("a cursor that fits into a URL: text, or None", f"{got[1]!r}", given=self.given(limit, cursor))
        if len(got[0]) > limit:
            raise Broken(f"at most {limit} ids", f"{len(got[0])}", "Stop as soon as the page is full.", self.given(limit, cursor))
        if len(self.looked) > self.looks + 1:
            hint = "Count what you have looked at; at the bound return what you have, with a cursor: a short page is not the end."
            raise Broken(f"at most {self.looks} ids looked at for a page", f"{len(self.looked)}", hint, self.given(limit, cursor))
        return [id - FIRST + 1 for id in plain(got[0])], got[1]

    def rest(self, limit: int, cursor: Any = None) -> list[int]:
        """All pages after `cursor`, one after the other."""
        found: list[int] = []
        for _ in range(self.count + 2):
            page, cursor = self.page(limit, cursor)
            found += page
            if cursor is None:
                return found
        raise Broken("pages that end with the cursor None", f"a cursor after {self.count + 2} pages", given=self.given(limit, None))

    def same(self, expected: list[int], got: list[int], limit: int, cursor: Any = None) -> None:
        if got != expected:
            raise Broken(names(expected), names(got), given=self.given(limit, cursor))

    def given(self, limit: int, cursor: Any) -> str:
        without = f" without {names(sorted(id - FIRST + 1 for id in self.gone))}" if self.gone else ""
        return f"a timeline t{self.count} … t1{without}; limit {limit}" + (f", cursor {cursor!r}" if cursor is not None else "")


def names(numbers: list[int]) -> str:
    """`t9 t8 t7`, shortened."""
    shown = [f"t{number}" for number in numbers]
    return " ".join(shown if len(shown) <= 14 else [*shown[:6], "…", *shown[-6:], f"({len(shown)} tweets)"]) or "nothing"


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial

    @property
    def looks(self) -> int:
        return self.trial.variant.looks

    def timeline(self, count: int) -> Timeline:
        return Timeline(self.answer, self.looks, count)


pages: Contract[Asked] = Contract("a page by cursor")


@pages.behaviour(
    why="A tweet between two pages is never read, and one on both is read twice.",
    hint="The next page begins strictly below the last id that was looked at; the cursor holds that id.",
)
def pages_neither_skip_nor_repeat(asked: Asked) -> None:
    for limit in (1, 4, 7):
        timeline = asked.timeline(9)
        timeline.same(list(range(9, 0, -1)), timeline.rest(limit), limit)


@pages.behaviour(
    why="Clients lay out what they asked for; and a cursor that leads to nothing makes them show a spinner.",
    hint="`limit` ids if there are so many. The cursor is None as soon as nothing lies below: ask for one id more than you show.",
)
def the_last_page_says_that_it_is_the_last(asked: Asked) -> None:
    for count, limit, more in ((4, 4, False), (3, 4, False), (5, 4, True), (0, 4, False), (1, 1, False), (2, 1, True)):
        timeline = asked.timeline(count)
        page, cursor = timeline.page(limit)
        timeline.same(list(range(count, max(count - limit, 0), -1)), page, limit)
        if (cursor is not None) != more:
            wanted = "a cursor: there is more below" if more else "the cursor None: nothing lies below"
            raise Broken(wanted, f"{cursor!r}", given=timeline.given(limit, None))


@pages.behaviour(
    why="With page numbers each new tweet pushes an old one onto the next page again.",
    hint="The cursor is a place in the order of ids, and no count of tweets.",
)
def new_tweets_do_not_shift_the_pages(asked: Asked) -> None:
    timeline = asked.timeline(9)
    first, cursor = timeline.page(3)
    timeline.count += 4
    timeline.same(list(range(9, 0, -1)), first + timeline.rest(3, cursor), 3, cursor)


@pages.behaviour(
    why="With page numbers a deletion pulls a tweet onto the page one has already read: nobody ever sees it.",
    hint="An id to read below, no more: the tweet that it names may be gone, the place remains.",
)
def deletions_do_not_shift_the_pages(asked: Asked) -> None:
    timeline = asked.timeline(9)
    first, cursor = timeline.page(3)
    timeline.delete(9, 7, 5)
    timeline.same([9, 8, 7, 6, 4, 3, 2, 1], first + timeline.rest(3, cursor), 3, cursor)


@pages.behaviour(
    why="Clients take a short page for the end: what comes after a few deleted tweets is never read.",
    hint="Filter, then fill: leave out what `visible` does not return and read on below, until the page is full or the timeline ends.",
)
def a_page_stays_full_although_tweets_were_deleted(asked: Asked) -> None:
    timeline = asked.timeline(12)
    timeline.delete(11, 10, 9, 6)
    timeline.same([12, 8, 7, 5], timeline.page(4)[0], 4)
    timeline.same([12, 8, 7, 5, 4, 3, 2, 1], timeline.rest(4), 4)
    timeline = asked.timeline(asked.looks + 9)
    timeline.delete(*range(11, asked.looks + 6))  # the fifth that is left is the last of those one may look at
    timeline.same([*range(asked.looks + 9, asked.looks + 5, -1), 10], timeline.page(5)[0], 5)
    timeline = asked.timeline(asked.looks + 9)
    timeline.delete(asked.looks)
    limit = asked.looks - 1  # the same with one id left to look at
    timeline.same([*range(asked.looks + 9, asked.looks, -1), *range(asked.looks - 1, 9, -1)], timeline.page(limit)[0], limit)


@pages.behaviour(
    why="A thousand deleted tweets in a row (a banned bot) make one read of a page a scan, and the scan an outage.",
    hint="Count what you have looked at; at the bound return what you have, with a cursor: a short page is not the end.",
)
def the_work_for_one_page_is_bounded(asked: Asked) -> None:
    timeline = asked.timeline(3 * asked.looks + 5)
    timeline.delete(*range(4, 3 * asked.looks + 3))
    timeline.same([3 * asked.looks + 5, 3 * asked.looks + 4, 3 * asked.looks + 3, 3, 2, 1], timeline.rest(5), 5)
    for limit in (1, 5, 20):
        _, cursor = timeline.page(limit, timeline.page(3)[1])
        if cursor is None:
            raise Broken("a cursor: three tweets lie below", "None", given=timeline.given(limit, "of page 1, limit 3"))


@pages.behaviour(
    why="Each question is a round trip; twenty of them in a row are the latency of the page.",
    hint="Ask for a range of ids at a time, and for what is visible of all of them together.",
)
def ids_are_asked_for_in_ranges(asked: Asked) -> None:
    timeline = asked.timeline(200)
    timeline.delete(*range(191, 191 + 5))
    timeline.page(20)
    if timeline.calls > MOST_CALLS:
        raise Broken(f"at most {MOST_CALLS} calls of `newest` and `visible`", f"{timeline.calls}", given=timeline.given(20, None))


@pages.behaviour(
    why="Cursors travel through URLs and old apps. One that is not understood must not silently begin at the top.",
    hint="`None`, and only None, is the top. Parse strictly and raise ValueError: `int()` also takes “-5” and “1_000”.",
)
def a_cursor_that_no_page_returned_is_an_error(asked: Asked) -> None:
    timeline = asked.timeline(9)
    for cursor in STRANGE:
        refused(timeline, 3, cursor)


@pages.behaviour(
    why="limit=0 makes clients ask for ever; a negative one reads from the wrong end.",
    hint="Check before reading: at least 1, else ValueError.",
)
def a_limit_below_one_is_an_error(asked: Asked) -> None:
    for limit in (0, -1):
        refused(asked.timeline(9), limit, None)


def refused(timeline: Timeline, limit: int, cursor: Any) -> None:
    try:
        page, _ = timeline.page(limit, cursor)
    except ValueError:
        return
    except Broken:
        raise
    except Exception as error:
        raise Broken("ValueError", describe(error), given=timeline.given(limit, cursor)) from error
    raise Broken("ValueError", f"the page {names(page)}", given=timeline.given(limit, cursor))


@pages.behaviour(
    why="People scroll through timelines that others change meanwhile, in orders that nobody thinks of.",
    hint="Whatever is not deleted comes exactly once: follow the cursor from page to page.",
)
def any_scroll_shows_what_is_left_exactly_once(asked: Asked) -> None:
    rng = asked.trial.rng
    for _ in range(40 if asked.trial.hidden else 12):
        timeline = asked.timeline(int(rng.integers(1, 4 * asked.looks)))
        share = float(rng.choice([0.1, 0.5, 0.95]))
        timeline.delete(*(np.flatnonzero(rng.random(timeline.count) < share) + 1).tolist())
        left = sorted((id - FIRST + 1 for id in timeline.visible(range(FIRST, FIRST + timeline.count))), reverse=True)
        limit = int(rng.integers(1, 21))
        timeline.same(left, timeline.rest(limit), limit)


def judge_page(answer: Any, trial: Trial) -> Report:
    return pages.run(Asked(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
