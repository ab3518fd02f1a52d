"""`make mutants`: are the graders sharp? Small changes to each solution (cosmic-ray's operators) must fail the task's own checks.

Arguments select tasks by the beginning of the grade id; --sample N takes N mutants per task, the same each time. What survives is
shown as a change of a line, unless tests/misconceptions/equivalent_mutants.toml argues that it cannot be told from the solution.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import random
import re
import sys
import tomllib
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import calls, course

FOUND = course.ROOT / "tests" / "misconceptions" / "mutants.json"
EQUIVALENT = course.ROOT / "tests" / "misconceptions" / "equivalent_mutants.toml"
LIMIT_S = 30
MOST_SURVIVORS = 0.05
NEED_SETTINGS = {"VariableReplacer", "VariableInserter"}
IDENTITY = ("_Is", "_IsNot")
"""Python itself warns of these, and for small numbers they are no change at all."""
_INSIDE = re.compile(r"### (BEGIN|END) SOLUTION")


@dataclass(frozen=True)
class Mutant:
    """One change to one solution. `was` and `becomes`: the changed lines, stripped."""

    grade_id: str
    operator: str
    was: str
    becomes: str
    source: str

    def __str__(self) -> str:
        return f"{self.grade_id} ({self.operator})\n    - {self.was}\n    + {self.becomes}"

    @property
    def key(self) -> tuple[str, str, str]:
        return self.grade_id, self.was, self.becomes


def mutants(grade_id: str, source: str) -> list[Mutant]:
    """Every mutant of the lines between the solution markers of one cell.

    Left out: what does not compile, changes nothing, or changes only the wording of an exception, which is nobody's law.
    """
    from cosmic_ray.mutating import mutate_code

    found: dict[str, Mutant] = {}
    original = _meaning(source)
    for name, operator in _operators():
        occurrence = 0
        while (text := mutate_code(source, operator(), occurrence)) is not None:
            occurrence += 1
            change = _change(source, text)
            if change and text not in found and _compiles(text) and _meaning(text) != original:
                found[text] = Mutant(grade_id, name, *change, text)
    return list(found.values())


def _meaning(source: str) -> str:
    """The tree of `source` without what exceptions say."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            node.exc.args = []
    return ast.dump(tree)


def _operators() -> Iterator[tuple[str, Any]]:
    from cosmic_ray.plugins import get_operator, operator_names

    for name in sorted(operator_names()):
        short = name.rpartition("/")[2]
        if short not in NEED_SETTINGS and not short.endswith(IDENTITY):
            yield short, get_operator(name)


def _change(source: str, text: str) -> tuple[str, str] | None:
    """The changed lines before and after, if the change lies between the markers."""
    before, after = source.split("\n"), text.split("\n")
    first = next((index for index, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
    if first is None or not _inside(before, first):
        return None
    tail = 0
    while tail < min(len(before), len(after)) - first - 1 and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return _joined(before[first : len(before) - tail]), _joined(after[first : len(after) - tail])


def _inside(lines: list[str], index: int) -> bool:
    edges = [found.group(1) for line in lines[: index + 1] if (found := _INSIDE.search(line))]
    return bool(edges) and edges[-1] == "BEGIN"


def _joined(lines: list[str]) -> str:
    return " ⏎ ".join(line.strip() for line in lines)


def _compiles(text: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(text, "mutant", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def survives(mutant: Mutant) -> bool:
    """Whether the task's public and hidden checks all take the mutant for a right answer. Runs it: call in a process of its own."""
    import resource

    from reference.study import seeds
    from reference.study.attempt import try_source
    from reference.study.task import task

    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))  # a mutant may count to 2**64
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S))
    asked = task(mutant.grade_id)
    return all(try_source(asked, mutant.source, hidden_seed=seed).passed for seed in (None, *seeds.hidden_seeds()))


def run(chosen: Sequence[Mutant], workers: int | None = None) -> list[Mutant]:
    """The survivors among `chosen`. A mutant that hangs, dies or fills the memory is dead."""
    alive = [answer.job for answer in calls.each(survives, chosen, limit_s=LIMIT_S, workers=workers) if answer.value]
    return sorted(alive, key=lambda each: each.key)


def solutions() -> dict[str, str]:
    """Grade id → source of the solution's cell, markers included, of every code task.

    A number or a choice is right however it was computed, so a mutant of its computation says nothing about the grader.
    """
    from reference.study.hints import solution_cells
    from reference.study.task import tasks

    found = {name: solution_cells(task).get(name, "") for name, task in tasks().items() if task.kind == "code"}
    return {name: source for name, source in found.items() if "### BEGIN SOLUTION" in source}


def of_tasks(names: Sequence[str] = (), sample: int | None = None) -> dict[str, list[Mutant]]:
    """Grade id → its mutants, or `sample` of them; `names`: beginnings of grade ids. Raises: SystemExit if they name no task."""
    known = solutions()
    chosen = {name: source for name, source in known.items() if not names or any(name.startswith(each) for each in names)}
    if not chosen:
        raise SystemExit(f"no task with a solution begins with {' or '.join(names)}; there are: {', '.join(known) or 'none'}")
    made = {name: mutants(name, source) for name, source in chosen.items()}
    return {name: _some(each, sample) for name, each in made.items()}


def _some(made: list[Mutant], sample: int | None) -> list[Mutant]:
    return made if sample is None or len(made) <= sample else random.Random(7).sample(made, sample)


def equivalent(path: Path = EQUIVALENT) -> dict[tuple[str, str, str], str]:
    """(grade id, was, becomes) → why no check could tell it from the solution. Raises: ValueError for an entry without an argument."""
    listed = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", []) if path.is_file() else []
    unargued = [entry for entry in listed if len(entry.get("argument", "")) < 20]
    if unargued:
        raise ValueError(f"say why these are equivalent: {unargued}")
    return {(entry["task"], entry["was"], entry["becomes"]): entry["argument"] for entry in listed}


def digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def record(made: dict[str, list[Mutant]], alive: Sequence[Mutant], path: Path = FOUND) -> None:
    """Keep what a whole run found, for `make tasks`."""
    sources, known = solutions(), equivalent()
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for name, each in made.items():
        left = [mutant for mutant in alive if mutant.grade_id == name]
        shown = [{"operator": mutant.operator, "was": mutant.was, "becomes": mutant.becomes} for mutant in left if mutant.key not in known]
        counts = {"mutants": len(each), "equivalent": len(left) - len(shown), "survivors": shown}
        kept[name] = {"solution": digest(sources[name]), **counts}
    kept = {name: kept[name] for name in sorted(kept) if name in sources}
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="beginnings of grade ids (all tasks)")
    parser.add_argument("--sample", type=int, help="so many mutants per task (all of them)")
    parser.add_argument("--workers", type=int, help="how many at once (all cores)")
    chosen = parser.parse_args(argv)
    made = of_tasks(chosen.names, chosen.sample)
    every = [mutant for each in made.values() for mutant in each]
    alive, known = run(every, chosen.workers), equivalent()
    open_ones = [mutant for mutant in alive if mutant.key not in known]
    for mutant in open_ones:
        print(f"survives: {mutant}")
    left = Counter(mutant.grade_id for mutant in open_ones)
    for name, each in made.items():
        print(f"{name:<28} {len(each):>4} mutants, {left[name]:>3} survive")
    if chosen.sample is None:
        record(made, alive)
    share = len(open_ones) / max(1, len(every))
    print(f"{len(every)} mutants, {len(alive) - len(open_ones)} known to be equivalent, {len(open_ones)} survive ({share:.1%})")
    return 1 if share > MOST_SURVIVORS else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
