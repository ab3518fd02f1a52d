"""The merge of a hybrid: stored and looked-up tweets on one page, each once, runs of one author folded."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.answers import call, called, same
from reference.study.task import Trial

DEADLINE_S, PATIENCE_S = 2.0, 0.4


def draw_merge(rng: np.random.Generator) -> Mapping[str, Any]:
    return {"run": int(rng.integers(2, 5))}


@dataclass(frozen=True)
class Merge:
    """The answer, and what it was asked."""

    answer: Any
    trial: Trial

    @property
    def run(self) -> int:
        return self.trial.variant.run

    def page(self, pushed: list[tuple[int, int]], pulled: dict[int, list[int]], limit: int, below: int | None = None) -> list[int]:
        """The right page, after making sure that the answer's is the same."""
        right = right_page(pushed, pulled, limit, below, self.run)
        args = (pushed, pulled, limit) if below is None else (pushed, pulled, limit, below)
        given = called(self.answer, *args)
        same(right, call(self.answer, *copy.deepcopy(args)), given=given)
        return right


def right_page(pushed: list[tuple[int, int]], pulled: dict[int, list[int]], limit: int, below: int | None, run: int) -> list[int]:
    """Newest first below `below`, each once, nobody more than `run` times in a row."""
    author_of = dict(pushed) | {id: author for author, ids in pulled.items() for id in ids}
    page: list[int] = []
    for id in sorted(author_of, reverse=True):
        last = [author_of[shown] for shown in page[-run:]]
        if (below is None or id < below) and last != [author_of[id]] * run:
            page.append(id)
    return page[:limit]


merges: Contract[Merge] = Contract("merging a home timeline")


@merges.behaviour(
    why="A timeline is read from the top: a celebrity's old tweets above a friend's new one look like a fault.",
    hint="Both parts are sorted, their sum is not. Merge by tweet id, the largest first; then cut.",
)
def newest_first_whichever_way_they_came(asked: Merge) -> None:
    asked.page([(19, 1), (15, 2), (12, 1)], {7: [18, 13], 8: [16]}, 6)
    asked.page([(19, 1), (15, 2), (12, 1)], {7: [18, 13], 8: [16]}, 4)


@merges.behaviour(
    why="Clients lay out what they asked for, and take a short page for the end.",
    hint="At most `limit` ids; fewer only when there are no more below.",
)
def a_page_holds_limit_tweets(asked: Merge) -> None:
    for limit in (1, 3, 8):
        asked.page([(9, 1), (7, 2), (5, 1)], {7: [8, 4], 8: [6]}, limit)


@merges.behaviour(
    why="An author who crosses the threshold is found by both ways for a while: pushed yesterday, pulled today.",
    hint="Keep each id once: the same id can stand in both parts (a dict or a set by id; or compare with the id before it).",
)
def what_came_by_both_ways_is_shown_once(asked: Merge) -> None:
    asked.page([(19, 7), (17, 2), (14, 7)], {7: [19, 16, 14]}, 5)


@merges.behaviour(
    why="One source that does not know the cursor puts its newest tweets on every page again: with ten of them, design D never "
    "shows half of a timeline.",
    hint="Apply `below` to *every* source, pushed or pulled, before anything is cut: ids strictly below it.",
)
def the_next_page_goes_on_below_the_last_tweet(asked: Merge) -> None:
    pushed = [(id, 1 + id % 3) for id in range(40, 10, -2)]
    pulled = {7: [39, 33, 27, 21], 8: [35, 29]}
    below = None
    while page := asked.page(pushed, pulled, 5, below):
        below = page[-1]


@merges.behaviour(
    why="Whoever posts thirty times in a minute would fill the screen of every follower.",
    hint="Look at the tweets last put on the page: if as many as may stand in a row are all by this author, leave this one out.",
)
def a_run_of_one_author_is_folded(asked: Merge) -> None:
    long = asked.run + 3
    asked.page([(id, 5) for id in range(30, 30 - long, -1)] + [(3, 2)], {7: [2]}, 20)
    asked.page([(40, 2), (3, 2)], {7: list(range(30, 30 - long, -1))}, 20)


@merges.behaviour(
    why="It is the run that bores, not the author: who writes between others belongs to the conversation.",
    hint="Count what stands *in a row*. Another author's tweet between two of theirs ends the run; an author's total does not matter.",
)
def a_run_ends_where_another_author_begins(asked: Merge) -> None:
    turns = [5] * asked.run + [2] + [5] * asked.run + [2, 5]
    asked.page([(50 - place, author) for place, author in enumerate(turns)], {}, 30)
    of_5, of_2 = ([50 - place for place, author in enumerate(turns) if author == wanted] for wanted in (5, 2))
    asked.page([(id, 5) for id in of_5], {2: of_2}, 30)


@merges.behaviour(
    why="A page that is cut first and thinned afterwards is short, and the reader thinks that this was all.",
    hint="Leave out first, then cut: go on until `limit` tweets are on the page.",
)
def folding_does_not_shorten_a_page(asked: Merge) -> None:
    asked.page([(id, 5) for id in range(30, 20, -1)], {7: [9, 7], 8: [8, 6]}, asked.run + 3)


@merges.behaviour(
    why="What is shown once must count once, or fame folds away tweets that nobody saw twice.",
    hint="First each id once, then the runs.",
)
def a_tweet_that_came_by_both_ways_counts_once_in_its_run(asked: Merge) -> None:
    ids = list(range(30, 30 - asked.run, -1))
    asked.page([(id, 7) for id in ids] + [(3, 2)], {7: ids}, 10)


@merges.behaviour(
    why="The lists come from a cache that other requests read: what one of them appends, everybody sees.",
    hint="Work on copies: `sorted(…)` and `a + b` make new lists; `.sort()`, `.extend()`, `.pop()` and `+=` change the caller's.",
)
def the_lists_of_the_caller_stay_as_they_are(asked: Merge) -> None:
    args = ([(9, 1), (5, 1)], {7: [8, 4], 8: [6]}, 3)
    handed = copy.deepcopy(args)
    call(asked.answer, *handed)
    if handed != args:
        raise Broken(f"the arguments unchanged: {args[:2]}", f"{handed[:2]}", given=called(asked.answer, *args))


@merges.behaviour(why="Every account begins so.", hint="No source, or only empty ones: an empty page.")
def an_empty_home_is_an_empty_page(asked: Merge) -> None:
    asked.page([], {}, 5)
    asked.page([], {7: []}, 5)
    asked.page([(9, 1)], {7: [8]}, 5, 8)


@merges.behaviour(
    why="What holds for the examples that one thinks of has to hold for all: ids of 19 digits, many sources, every page.",
    hint="Compare with the rules one by one: below, each once, newest first, runs, limit. Ids do not survive as floats (53 bits).",
)
def any_home_is_merged_so(asked: Merge) -> None:
    rng = asked.trial.rng
    for _ in range(60 if asked.trial.hidden else 20):
        ids = (2**60 + np.sort(rng.choice(90, 40, replace=False))[::-1]).tolist()
        authors = rng.integers(1, 5, 40).tolist()
        ways = rng.integers(3, size=40).tolist()
        pushed = [(id, author) for id, author, way in zip(ids, authors, ways, strict=True) if way != 1]
        pulled = {star: [id for id, author, way in zip(ids, authors, ways, strict=True) if author == star and way] for star in range(1, 5)}
        limit, below = int(rng.integers(1, 9)), None
        while page := asked.page(pushed, pulled, limit, below):
            below = page[-1]


def judge_merge(answer: Any, trial: Trial) -> Report:
    return merges.run(Merge(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)
