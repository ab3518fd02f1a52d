"""Design D's page query, to be mended: pages below an id, refreshes above one, and every source alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.answers import plain
from reference.study.task import Trial

DEADLINE_S, PATIENCE_S = 2.0, 0.4
READER, STARS = "ana", ("star", "moon")
NEWEST_FIRST = "These are the right ids, the other way round: the newest, which is the largest, comes first."
THE_OTHER_BOUND = "Look at the `ask` card: does `max_id` itself belong to the page, or not? Here it is taken the other way."


def draw_mend(rng: np.random.Generator) -> Mapping[str, Any]:
    inclusive = bool(rng.integers(2))
    return {
        "max_included": inclusive,
        "size": int(rng.integers(5, 10)),
        "at_or_below": "at or below" if inclusive else "below",
        "as_in": "as in Twitter's API: a client asks for the page after 907 with 906"
        if inclusive
        else "a client asks with the last id it has",
    }


class World:
    """What an answer is given, and a client that turns pages."""

    def __init__(self, asked: Asked, pushed: list[int], star: list[int], moon: list[int] | None = None) -> None:
        self.v = asked.trial.variant
        self.homes = {READER: sorted(pushed, reverse=True)}
        self.followed = {READER: list(STARS)}
        self.posts = {"star": sorted(star, reverse=True), "moon": sorted(moon or [], reverse=True)}
        self.answer = asked.answer(self.homes, self.followed, self.posts)

    def right(self, size: int, max_id: int | None, since_id: int | None, included: bool) -> list[int]:
        ids = {id for source in (self.homes.get(READER, []), *self.posts.values()) for id in source}
        top = max_id if max_id is None or not included else max_id + 1
        kept = [id for id in ids if (top is None or id < top) and (since_id is None or id > since_id)]
        return sorted(kept, reverse=True)[:size]

    def page(self, max_id: int | None = None, since_id: int | None = None, size: int | None = None) -> list[int]:
        """One page, which is the right one."""
        size = size or self.v.size
        right, other = (self.right(size, max_id, since_id, included) for included in (self.v.max_included, not self.v.max_included))
        named = {"max_id": max_id, "since_id": since_id}
        words = ", ".join([f"size={size}", *(f"{name}={id}" for name, id in named.items() if id is not None)])
        given = f"`page({words})`, {self.in_words()}"
        got = plain(self.answer.page(READER, size, **{name: id for name, id in named.items() if id is not None}))
        if got != plain(right):
            hint = THE_OTHER_BOUND if got == plain(other) else NEWEST_FIRST if got == plain(right[::-1]) else None
            raise Broken(shown(right), f"{shown(got)}{_problem(got, right)}", hint, given)
        return right

    def below(self, id: int) -> int:
        """What a client asks with to go on below `id`."""
        return id - 1 if self.v.max_included else id

    def scroll(self, page: list[int], since_id: int | None = None) -> list[int]:
        """All pages below `page`, until an empty one."""
        found: list[int] = []
        while page:
            page = self.page(self.below(page[-1]), since_id)
            found += page
        return found

    def in_words(self) -> str:
        pushed = shown(self.homes[READER]) if READER in self.homes else "no timeline"
        return f"pushed {pushed}; " + "; ".join(f"{star} {shown(ids)}" for star, ids in self.posts.items())


def shown(ids: Any) -> str:
    if not isinstance(ids, list | tuple):
        return repr(ids)
    words = [str(id) for id in ids]
    return " ".join(words if len(words) <= 12 else [*words[:5], "…", *words[-5:]]) or "nothing"


def _problem(got: Any, right: list[int]) -> str:
    if not isinstance(got, list | tuple):
        return ""
    if len(set(map(str, got))) < len(got):
        return " (more than once)"
    words = {"missing": [id for id in right if id not in got], "not to be here": [id for id in got if id not in right]}
    told = [f"{shown(ids)} {what}" for what, ids in words.items() if ids]
    return f" ({'; '.join(told)})" if told else ""


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial


queries: Contract[Asked] = Contract("a page query")


@queries.behaviour(
    why="With ten newer tweets of a celebrity the published query never shows half of a timeline: what the cut drops, the next page skips.",
    hint="No page numbers. Take of *every* source what lies within the bounds, merge, sort, and only then cut to `size`.",
)
def a_quiet_scroll_shows_everything_once(asked: Asked) -> None:
    world = World(asked, list(range(100, 140)), [141, 142, 143, 90], [95])
    world.scroll(world.page())


@queries.behaviour(
    why="While one reads page 1 the world goes on: page numbers then show tweets twice.",
    hint="Begin below an id and not at a rank: what arrives is above it.",
)
def arrivals_do_not_shift_the_pages(asked: Asked) -> None:
    world = World(asked, list(range(100, 120)), [150, 90])
    first = world.page()
    world.homes[READER][:0] = [153, 152, 151]
    world.posts["star"][:0] = [155, 154]
    world.scroll(first)


@queries.behaviour(
    why="A deletion pulls the ranks up, and a tweet onto the page one has already read: nobody ever sees it.",
    hint="Nothing may depend on how many tweets lie above; the tweet that `max_id` names may be gone itself.",
)
def deletions_do_not_shift_the_pages(asked: Asked) -> None:
    world = World(asked, list(range(100, 120)), [150, 90])
    first = world.page()
    for id in (119, first[-1]):
        for source in (world.homes[READER], world.posts["star"]):
            if id in source:
                source.remove(id)
    world.scroll(first)


@queries.behaviour(
    why="Two clients, two ideas of a bound, and one tweet is shown twice or never: the rule belongs into the interface.",
    hint="An id of another author's tweet, or of one that is gone, is a bound like any other: compare, do not look it up.",
)
def the_upper_bound_is_what_the_card_says(asked: Asked) -> None:
    world = World(asked, [100, 102, 104, 106], [101, 105])
    for max_id in (104, 105, 103, 100, 99):
        world.page(max_id=max_id)


@queries.behaviour(
    why="Whoever was away for a minute asks for what is new, not for a page already read.",
    hint="`since_id`: only ids above it, itself left out. Newest first, at most `size`.",
)
def a_refresh_brings_only_what_is_new(asked: Asked) -> None:
    world = World(asked, [100, 102, 104], [101, 103])
    had = world.page()
    world.page(since_id=had[0])
    world.homes[READER][:0] = [106, 105]
    world.posts["star"][:0] = [107]
    world.page(since_id=had[0])


@queries.behaviour(
    why="After a night more has come than fits a page: the gap between the new page and the old one must be fillable, and end.",
    hint="Both bounds at once: the client goes on below the new page with `max_id`, and `since_id` stays what it was.",
)
def a_gap_after_a_night_can_be_filled(asked: Asked) -> None:
    world = World(asked, list(range(100, 108)), [110])
    had = world.page()
    world.homes[READER][:0] = range(140, 115, -1)
    world.posts["star"][:0] = [141, 113, 112]
    world.scroll(world.page(since_id=had[0]), since_id=had[0])


@queries.behaviour(
    why="A celebrity's tweets end in the middle of the timeline, as if they had been silent before.",
    hint="Their newest ten are not enough: below a bound it is *their newest below it* that are wanted, as many as a page holds.",
)
def all_tweets_of_a_celebrity_can_be_reached(asked: Asked) -> None:
    world = World(asked, [100, 130], list(range(101, 130)))
    world.scroll(world.page())


@queries.behaviour(
    why="Whoever has just become famous was pushed yesterday and is pulled today: their tweets come by both ways.",
    hint="Merge by id, each once, before the cut: a set, or a comparison with the id before it.",
)
def what_came_by_both_ways_is_shown_once(asked: Asked) -> None:
    world = World(asked, list(range(100, 112)), [120, 110, 109, 108, 107], [109])
    world.scroll(world.page())


@queries.behaviour(
    why="The list in the cache grows by a celebrity's tweets at each read, and all later readers see them, followers or not.",
    hint="`+=` on a list from `homes` changes `homes`. Make a new list or set.",
)
def what_is_stored_stays_as_it_is(asked: Asked) -> None:
    world = World(asked, [100, 102], [103, 101])
    before = world.in_words()
    world.answer.page(READER, 5)
    if world.in_words() != before or world.followed != {READER: list(STARS)}:
        raise Broken(f"stored as before: {before}", world.in_words(), given="`page(size=5)`")


@queries.behaviour(
    why="A dropped timeline, or a new account, follows celebrities too.",
    hint="A reader without a stored timeline has an empty pushed part; `homes[reader]` would be a KeyError.",
)
def a_reader_without_a_timeline_sees_the_celebrities(asked: Asked) -> None:
    world = World(asked, [], [103, 101], [102])
    del world.homes[READER]
    world.page()


@queries.behaviour(
    why="What holds for ten tweets has to hold for ids of 19 digits, whatever the bounds.",
    hint="Compare as whole numbers: a float has 53 bits. A bound of None is no bound.",
)
def any_bounds_give_the_right_page(asked: Asked) -> None:
    rng = asked.trial.rng
    for _ in range(60 if asked.trial.hidden else 20):
        ids = (2**60 + rng.choice(80, 36, replace=False)).tolist()
        world = World(asked, ids[:16], ids[12:30], ids[28:])
        for _ in range(8):
            bounds = [None if rng.random() < 0.3 else 2**60 + int(rng.integers(-2, 82)) for _ in range(2)]
            world.page(bounds[0], bounds[1], int(rng.integers(1, 12)))


def judge_mend(answer: Any, trial: Trial) -> Report:
    return queries.run(Asked(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
