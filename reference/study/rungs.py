"""A rung of a ladder, the four things that a good answer holds, and the learner's scores as they are kept. No widgets here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reference import notebook
from reference.notebook import escape
from reference.twitter.errors import require

LEVELS = ("mid", "senior", "staff")
KEPT = "ladders"
"""Under this name of the progress: {ladder id: {"of": rungs, "rungs": {"1": Score.as_kept()}}}."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to hear in an answer: `says` completes "I …", `means` goes on after it, `advice` is for who left it out."""

    says: str
    means: str = ""
    advice: str = ""


ITEMS = (
    Item(
        "said the mechanism",
        ": what happens, in order, by its right name",
        "Begin with what happens: who writes what, where, and who reads it.",
    ),
    Item("gave a number", ", with its unit and where it comes from", "One number with its unit says more than three adjectives."),
    Item("named what it costs", ", and who pays: a write, a byte, a wait", "Every choice is paid for: say with what, and by whom."),
    Item("said what breaks", ", when, and what I would do then", "End with the case in which it fails; else that is the next question."),
)


@dataclass(frozen=True, slots=True)
class Rung:
    """`level`: mid, senior, staff. `asked`, `answer`: lines of Markdown. `items`: four, in the order in which they are asked."""

    level: str
    asked: str
    answer: str
    items: tuple[Item, ...] = ITEMS

    def __post_init__(self) -> None:
        require(self.level in LEVELS, f"the level of a rung must be one of {', '.join(LEVELS)}, not {self.level!r}")
        names = {item.says for item in self.items}
        require(len(names) == len(self.items) == len(ITEMS), f"a rung is scored on {len(ITEMS)} different items, not {sorted(names)}")


def rung(given: Sequence[Any]) -> Rung:
    """A rung from (level, question, model answer) or (level, question, model answer, four items as text)."""
    require(len(given) in (3, 4), f"a rung is (level, question, model answer) and at most four items of its own, not {len(given)} parts")
    level, asked, answer, *own = given
    return Rung(level, asked, answer, tuple(Item(text) for text in own[0]) if own else ITEMS)


@dataclass(frozen=True, slots=True)
class Score:
    """What a learner heard in their own answer: the items said and missed, by name, and the seconds it took."""

    said: tuple[str, ...]
    missed: tuple[str, ...]
    used_s: float

    def as_kept(self) -> dict[str, Any]:
        return {"said": list(self.said), "missed": list(self.missed), "used_s": round(self.used_s, 1)}


def score_of(kept: Any) -> Score | None:
    """A score as it was kept; None for what is none (the learner's file may be older, or edited)."""
    if not isinstance(kept, dict) or not all(_are_texts(kept.get(name)) for name in ("said", "missed")):
        return None
    used_s = kept.get("used_s")
    return Score(tuple(kept["said"]), tuple(kept["missed"]), float(used_s) if isinstance(used_s, int | float) else 0.0)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def scores_of(ladders: Any, ladder_id: str) -> dict[int, Score]:
    """Rung number (from 1) → score, for one ladder of what is kept under KEPT."""
    ladder = ladders.get(ladder_id) if isinstance(ladders, dict) else None
    rungs = ladder.get("rungs") if isinstance(ladder, dict) else None
    pairs = rungs.items() if isinstance(rungs, dict) else ()
    read = {int(number): score_of(kept) for number, kept in pairs if str(number).isdecimal()}
    return {number: score for number, score in sorted(read.items()) if score is not None}


def with_score(ladders: Any, ladder_id: str, number: int, score: Score, *, of: int) -> dict[str, Any]:
    """What is to be kept under KEPT once rung `number` of `of` has this score."""
    rungs = {str(each): old.as_kept() for each, old in scores_of(ladders, ladder_id).items() if each <= of}
    ladder = {"of": of, "rungs": {**rungs, str(number): score.as_kept()}}
    return {**(ladders if isinstance(ladders, dict) else {}), ladder_id: ladder}


def climbed(scores: Iterable[Score], of: int) -> str:
    """ "3 of 7 rungs climbed, 2.7 of 4 on average"."""
    said = [len(score.said) for score in scores]
    mean = f", {sum(said) / len(said):.1f} of {len(ITEMS)} on average" if said else ""
    return f"{len(said)} of {of} rungs climbed{mean}"


def ladders_on_the_board(ladders: Any) -> tuple[str, str]:
    """HTML and plain text for the progress board; both empty before the first rung."""
    tried = {name: scores_of(ladders, name) for name in (sorted(ladders) if isinstance(ladders, dict) else ())}
    tried = {name: scores for name, scores in tried.items() if scores}
    if not tried:
        return "", ""
    rows = [_row(name, scores, ladders[name]) for name, scores in tried.items()]
    every = [score for scores in tried.values() for score in scores.values()]
    said = f"Ladders: {climbed(every, sum(_rungs_of(ladders[name], scores) for name, scores in tried.items()))}."
    said += _most_missed(every)
    header = ("ladder", "rungs climbed", f"mean of {len(ITEMS)}")
    return f"<p>{escape(said)}</p>{notebook.table(header, rows)}", "\n".join([said, *(" · ".join(row) for row in rows)])


def _row(name: str, scores: Mapping[int, Score], ladder: Mapping[str, Any]) -> tuple[str, str, str]:
    mean = sum(len(score.said) for score in scores.values()) / len(scores)
    return name, f"{len(scores)} of {_rungs_of(ladder, scores)}", f"{mean:.1f}"


def _rungs_of(ladder: Mapping[str, Any], scores: Mapping[int, Score]) -> int:
    of = ladder.get("of")
    return of if isinstance(of, int) and of >= len(scores) else max(scores)


def _most_missed(scores: Sequence[Score]) -> str:
    """What the learner's answers lack most often; only once it has been twice, since once is no habit."""
    missed = Counter(name for score in scores for name in score.missed)
    name, count = min(missed.items(), key=lambda pair: (-pair[1], pair[0]), default=("", 0))
    advice = next((item.advice for item in ITEMS if item.says == name), "")
    return f" Most often left out: “{name}” ({count} of {len(scores)}). {advice}".rstrip() if count > 1 else ""
