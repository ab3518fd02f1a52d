"""`make viva SUBMISSIONS=dir`: five minutes with each student, five questions from their own scenario, and what to listen for.

The scenario is the sheet of notebook 01, kept in the student's progress.json (`<student>/progress.json` in the folder, or a file named
as argument). The same student gets the same questions; --seed draws others.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from reference.estimation.errors import EstimationError
from reference.estimation.estimate import estimate
from reference.estimation.scenario import Scenario, assumptions
from reference.study.attempts import KEPT_AS, records_in
from reference.study.my_scenario import KEPT, NAME, SHEET
from reference.study.phrases import say
from reference.study.scoping import full

FACTORS = (10.0, 0.1, 3.0, 1 / 3)


@dataclass(frozen=True)
class Question:
    """One question, and what a good answer holds."""

    asks: str
    listen_for: str


def scenario_of(progress: Mapping[str, Any]) -> Scenario | None:
    """The scenario that a progress file keeps, None where it keeps none that means something."""
    kept = progress.get("kept")
    values = kept.get(KEPT) if isinstance(kept, dict) else None
    if not isinstance(values, dict) or not values:
        return None
    try:
        return full().but(NAME, **{str(name): float(value) for name, value in values.items()})
    except (EstimationError, TypeError, ValueError):
        return None


def tried_in(progress: Mapping[str, Any]) -> list[str]:
    """Grade ids of the exercises that were checked with an answer of one's own."""
    kept = progress.get("kept")
    records = records_in(kept.get(KEPT_AS) if isinstance(kept, dict) else None)
    return [grade_id for grade_id, record in records.items() if record.tries]


def questions(mine: Scenario, rng: np.random.Generator, tried: Collection[str] = ()) -> list[Question]:
    """At most five: two numbers to derive, one choice to defend, one decision that flips, one exercise under another variant.

    tried: grade ids of what the student has checked; without any the exercise may be one they have not met.
    """
    made = [*_derive(mine, rng), *_defend(mine, rng), *_flip(mine, rng), *_change(rng, tried)]
    return made[:5]


def _derive(mine: Scenario, rng: np.random.Generator) -> Iterator[Question]:
    rows = list(estimate(mine).live())
    for place in sorted(rng.choice(len(rows), size=2, replace=False)):
        row = rows[int(place)]
        inputs = ", ".join(f"{name} = {value}" for name, value in row.inputs.items())
        asks = f"For your scenario, {row.says}: how much is it, roughly, and how do you get there in your head?"
        yield Question(asks, f"{row.text}; {row.formula} ({inputs}). It decides: {row.decision}. The right power of ten is enough.")


def _defend(mine: Scenario, rng: np.random.Generator) -> Iterator[Question]:
    other = [name for name in SHEET if getattr(mine, name) != getattr(full(), name)]
    if other:
        name = str(rng.choice(other))
        own, theirs = say(name, getattr(mine, name)), say(name, getattr(full(), name))
        told = "A reason from the product, not from the other number; and what would change their mind."
        yield Question(f"Your sheet says {own} for “{assumptions()[name]['says']}”, design A has {theirs}. Why?", told)


def _flip(mine: Scenario, rng: np.random.Generator) -> Iterator[Question]:
    """The first drawn change of one assumption that flips a decision."""
    before = estimate(mine).decided()
    tries = [(name, factor) for name in SHEET for factor in FACTORS]
    for place in rng.permutation(len(tries)):
        name, factor = tries[int(place)]
        try:
            after = estimate(mine.but(NAME, **{name: getattr(mine, name) * factor})).decided()
        except EstimationError:  # outside of what the assumption may be
            continue
        flips = [f"{what}: {before[what]} → {choice}" for what, choice in after.items() if choice != before[what]]
        if flips:
            times = f"{factor:g} times as large" if factor > 1 else f"a {'tenth' if factor < 0.2 else 'third'} of it"
            what = f"“{assumptions()[name]['says']}” ({say(name, getattr(mine, name))})"
            asks = f"Suppose {what} turns out {times}. What do you change in your design?"
            yield Question(asks, "; ".join(flips))
            return


def _change(rng: np.random.Generator, tried: Collection[str]) -> Iterator[Question]:
    """A code exercise with another class's variant: who wrote the answer knows which lines change."""
    from reference.study.task import tasks

    coded = [task for task in tasks().values() if task.kind == "code"]
    coded = [task for task in coded if task.grade_id in tried] or coded
    if coded:
        task = coded[int(rng.integers(len(coded)))]
        other = task.asks.format(**task.draw(rng))
        yield Question(f"Open your answer to “{task.title}”. Were it asked so: {other} Which lines change, which do not?", task.why)


def for_student(student: str, path: Path, seed: int) -> str:
    """The page for one student. Never raises for what the file holds."""
    try:
        progress = json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size < 5_000_000 else {}
        mine, tried = scenario_of(progress), tried_in(progress)
    except (OSError, ValueError, RecursionError, AttributeError):
        mine, tried = None, []
    asked = questions(mine or full(), np.random.default_rng([zlib.crc32(student.encode()), seed]), tried)
    note = "" if mine else "\n(no scenario of their own was found: these are design A's numbers)"
    lines = [f"{number}. {each.asks}\n   listen for: {each.listen_for}" for number, each in enumerate(asked, start=1)]
    return "\n".join([f"{student}{note}", *lines])


def files(place: Path) -> Iterator[tuple[str, Path]]:
    """(student, progress file) under a folder of submissions, or the one file."""
    if place.is_file():
        yield place.parent.name, place
        return
    for path in sorted(place.glob("*/**/progress.json")):
        if not path.is_symlink():
            yield path.relative_to(place).parts[0], path


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make viva", description=__doc__.partition("\n")[0])
    parser.add_argument("place", nargs="?", default=os.environ.get("SUBMISSIONS"), help="a folder of submissions, or one progress.json")
    parser.add_argument("--seed", type=int, default=0, help="other questions for the same students")
    chosen = parser.parse_args(argv)
    if not chosen.place or not Path(chosen.place).exists():
        parser.error("name a folder of submissions or a progress.json: make viva SUBMISSIONS=dir")
    pages = [for_student(student, path, chosen.seed) for student, path in files(Path(chosen.place))]
    print("\n\n".join(pages) if pages else "There is no progress.json in that folder: ask students to hand in my/progress.json too.")
    return 0 if pages else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
