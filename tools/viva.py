"""`make viva SUBMISSIONS=dir`: five minutes with each student, five questions from their own scenario, and what to listen for.

The scenario is the sheet of notebook 01, kept in the student's progress.json: in their folder, as Canvas and Moodle let one download it,
or a file named as argument. Who handed in notebooks alone is asked about design A. The same student gets the same questions; --seed
draws others.
"""

from __future__ import annotations

import argparse
import json
import os
import re
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
from tools import course, submissions

FACTORS = (10.0, 0.1, 3.0, 1 / 3)
MOST_BYTES = 5_000_000


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


def for_student(student: str, path: Path | None, seed: int) -> str:
    """The page for one student, whose progress file is at `path`. Never raises for what the file holds."""
    mine, tried = None, []
    try:
        if path is not None and path.stat().st_size < MOST_BYTES:
            progress = json.loads(path.read_text(encoding="utf-8"))
            mine, tried = scenario_of(progress), tried_in(progress)
    except (OSError, ValueError, RecursionError, AttributeError):
        pass
    asked = questions(mine or full(), np.random.default_rng([zlib.crc32(student.encode()), seed]), tried)
    note = "" if mine else "\n(no scenario of their own was found: these are design A's numbers)"
    lines = [f"{number}. {each.asks}\n   listen for: {each.listen_for}" for number, each in enumerate(asked, start=1)]
    return "\n".join([f"{student}{note}", *lines])


def files(place: Path, root: Path = course.ROOT) -> list[tuple[str, Path | None]]:
    """(student, progress file) for everybody in a folder of submissions: the newest of several, None where notebooks came alone."""
    if place.is_file():
        return [(place.parent.name, place)]
    known = {topic: frozenset(_grade_ids(root, topic)) for topic in course.topics(root)}
    found: dict[str, Path | None] = {each.student: None for each in submissions.find(place, known)[0]}
    for path in sorted(place.rglob("*progress.json"), key=lambda path: path.lstat().st_mtime_ns):
        if path.is_file() and not any(step.is_symlink() for step in (path, *path.parents) if step != place and place in step.parents):
            found[_student(path.relative_to(place))] = path
    return sorted(found.items())


def _grade_ids(root: Path, topic: str) -> Iterator[str]:
    return filter(None, map(submissions.grade_id, submissions.read(root / course.SOURCE / topic / f"{topic}.ipynb")))


def _student(inside: Path) -> str:
    """The first folder's name, or what stands before `progress` in a flat file's, without the numbers of one download."""
    name = inside.parts[0] if len(inside.parts) > 1 else inside.stem.removesuffix("progress")
    moodle, canvas = submissions.MOODLE.match(name), submissions.CANVAS.match(name)
    plain = moodle["student"] if moodle else canvas["student"] + canvas["user"] if canvas and len(inside.parts) == 1 else name
    return re.sub(r"[^\w@+.-]+", "_", plain).strip("._- ") or "nobody"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make viva", description=__doc__.partition("\n")[0])
    parser.add_argument("place", nargs="?", default=os.environ.get("SUBMISSIONS"), help="a folder of submissions, or one progress.json")
    parser.add_argument("--seed", type=int, default=0, help="other questions for the same students")
    chosen = parser.parse_args(argv)
    if not chosen.place or not Path(chosen.place).exists():
        parser.error(f"name a folder of submissions or a progress.json: make viva SUBMISSIONS=dir (not {chosen.place!r})")
    found = files(Path(chosen.place))
    if not found:
        print("Nobody handed in anything there: neither a notebook of an exercise nor a progress.json.")
        return 1
    print("\n\n".join(for_student(student, path, chosen.seed) for student, path in found))
    without = [student for student, path in found if path is None]
    if without:
        print(f"\n{len(without)} of {len(found)} handed in no progress.json (it is in their folder my/): {', '.join(without)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
