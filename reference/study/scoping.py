"""The scoping game without its widgets: a bank of questions, what each answer sets, and the decisions that it settles.

Whoever has not asked assumes a modest service (`unscoped`); all answers together are design A (`full`). A question is worth what it
changes: `estimate(…).decided()` before and after, computed at each pick.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from reference.estimation.curveballs import Flip
from reference.estimation.decisions import decisions
from reference.estimation.errors import UnknownName, require
from reference.estimation.estimate import estimate, solve_rows
from reference.estimation.numbers import human
from reference.estimation.scenario import Scenario, assumptions
from reference.estimation.units import in_unit, quantity
from reference.study.phrases import say


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the bank. `answer`: the interviewer's, in full; `sets`: assumptions that it settles; `because`: why (not) to ask it."""

    name: str
    asks: str
    answer: str
    because: str
    sets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """An assumption that an answer set: what it says, and its value in words before and after."""

    name: str
    says: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One question asked: what it set and which decisions came out otherwise than just before."""

    question: Asked
    changes: tuple[Change, ...]
    flips: tuple[Flip, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """How many of `total` decisions are as full knowledge has them: `before` any question, after the picks, after a `good` six.

    `idle`: turns that flipped nothing.
    """

    before: int
    settled: int
    total: int
    good: tuple[Asked, ...]
    good_settled: int
    idle: tuple[Turn, ...]

    def __str__(self) -> str:
        return f"{self.settled} of {self.total} decisions settled; {self.before} before any question, {self.good_settled} by a good choice"


class Game:
    """One play: `pick` questions by name, up to `rules()["questions"]`; `scenario` is what one may assume so far.

    Raises UnknownName for a question that the bank has not, EstimationError for one asked twice or one too many. A pick takes one
    estimate, about 15 ms.
    """

    def __init__(self, picks: Iterable[str] = ()) -> None:
        self.scenario = unscoped()
        self.turns: list[Turn] = []
        self._decided = dict(estimate(self.scenario).decided())
        for name in picks:
            self.pick(name)

    @property
    def picks(self) -> tuple[str, ...]:
        """Names of the questions asked, in order."""
        return tuple(turn.question.name for turn in self.turns)

    @property
    def left(self) -> int:
        """Questions that may still be asked."""
        return int(rules()["questions"]) - len(self.turns)

    def pick(self, name: str) -> Turn:
        """Ask: the answer sets its assumptions; the Turn tells what that changed."""
        asked = question(name)
        require(name not in self.picks, f"“{asked.asks}” has been asked already")
        require(self.left > 0, f"{rules()['questions']} questions are all there is time for")
        before, self.scenario = self.scenario, answered([*self.picks, name])
        old, self._decided = self._decided, estimate(self.scenario).decided() if asked.sets else self._decided
        flips = tuple(Flip(each, old[each], choice) for each, choice in self._decided.items() if choice != old[each])
        self.turns.append(Turn(asked, tuple(_change(field, before, self.scenario) for field in asked.sets), flips))
        return self.turns[-1]

    def open_questions(self) -> tuple[Flip, ...]:
        """Decisions that full knowledge would still change: as they stand, and as they would be."""
        return tuple(Flip(name, choice, known()[name]) for name, choice in self._decided.items() if choice != known()[name])

    def score(self) -> Score:
        """The picks so far against full knowledge, and against a good choice of six."""
        before, now, best = settled([(), self.picks, good_picks()])
        idle = tuple(turn for turn in self.turns if not turn.flips)
        return Score(before, now, len(decisions()), tuple(map(question, good_picks())), best, idle)


@cache
def rules() -> dict[str, Any]:
    """scoping.toml as it stands: prompt, minutes, questions, example, unscoped, question."""
    return tomllib.loads(Path(__file__).with_name("scoping.toml").read_text(encoding="utf-8"))


@cache
def bank() -> tuple[Asked, ...]:
    """Every question, in the order of scoping.toml, answers filled in."""
    words = {name: _word(name, getattr(full(), name)) for name in assumptions()}
    entries = rules()["question"]
    return tuple(Asked(**(each | {"answer": each["answer"].format(**words), "sets": tuple(each.get("sets", ()))})) for each in entries)


def question(name: str) -> Asked:
    """The question of that name. Raises UnknownName listing the names."""
    by_name = {each.name: each for each in bank()}
    if name not in by_name:
        raise UnknownName(f"no question {name!r}; the bank has: {', '.join(by_name)}")
    return by_name[name]


@cache
def full() -> Scenario:
    """What is known when everything was asked: design A, the house's defaults where it is silent."""
    return Scenario.load("A")


@cache
def known() -> dict[str, str]:
    """What full knowledge decides: decision → choice."""
    return estimate(full()).decided()


@cache
def unscoped() -> Scenario:
    """What one assumes when nothing was asked."""
    return full().but("unscoped", **rules()["unscoped"])


def answered(names: Iterable[str]) -> Scenario:
    """The unscoped scenario with the answers to the named questions, in any order."""
    values = {field: getattr(full(), field) for name in names for field in question(name).sets}
    return unscoped().but("scoped", **values) if values else unscoped()


def settled(plays: Sequence[Sequence[str]]) -> list[int]:
    """For each play (names of questions): how many decisions come out as full knowledge has them. One estimate over arrays for all."""
    scenarios = [answered(play) for play in plays]
    values = {name: np.array([getattr(each, name) for each in scenarios], dtype=float) for name in rules()["unscoped"]}
    assumed = full().quantities() | {name: quantity(each, assumptions()[name]["unit"]) for name, each in values.items()}
    solved = solve_rows(assumed, tuple(each.row for each in decisions().values()))
    counts = np.zeros(len(scenarios), dtype=int)
    for each in decisions().values():
        bands = np.searchsorted(each.limits(), in_unit(solved[each.row], each.unit), side="right")
        counts += np.array([band.choose for band in each.bands])[bands] == known()[each.name]
    return [int(count) for count in counts]


@cache
def good_picks() -> tuple[str, ...]:
    """A good choice, found greedily: each time the question that settles most decisions; of equals, the first in the bank."""
    useful = [each.name for each in bank() if each.sets]
    picks: tuple[str, ...] = ()
    for _ in range(rules()["questions"]):
        left = [name for name in useful if name not in picks]
        counts = settled([(*picks, name) for name in left])
        picks = (*picks, left[counts.index(max(counts))])
    return picks


def _change(name: str, before: Scenario, after: Scenario) -> Change:
    return Change(name, assumptions()[name]["says"], *(say(name, getattr(each, name)) for each in (before, after)))


def _word(name: str, value: float) -> str:
    """A value as an answer says it: bytes and shares with their unit, all else bare."""
    unit = assumptions()[name]["unit"]
    return say(name, value) if unit == "%" or unit.startswith("bytes") else human(value)
