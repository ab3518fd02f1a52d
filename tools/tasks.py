"""`make tasks`: every exercise with its checks, hints, misconceptions, mutants and survivors. Arguments: beginnings of ids or topics.

It tries the hidden checks, the overlay's laws included, on the solutions: a law that a solution breaks would fail everybody.
"""

from __future__ import annotations

import ast
import json
import os
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools import course, mutants, overlay
from tools.submissions import read

FAILS = "FAILS, and so would everybody"
MISCONCEPTIONS = course.ROOT / "tests" / "misconceptions"


def misconceptions(grade_id: str, folder: Path = MISCONCEPTIONS) -> list[tuple[str, str]]:
    """(name, what the check must say) of each stored misconception of a task."""
    found = []
    for path in sorted((folder / grade_id).glob("*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        found.append((path.stem.replace("_", " "), docstring.partition("\n")[0]))
    return found


def manual_tasks(root: Path = course.ROOT) -> list[tuple[str, str, float, str]]:
    """(topic, grade id, points, title) of the tasks that a person marks."""
    found = []
    for topic in course.topics(root):
        for cell in read(root / course.SOURCE / topic / f"{topic}.ipynb"):
            about = cell["metadata"].get("nbgrader", {})
            if about.get("task"):
                title = cell["source"].partition("\n")[0].lstrip("# ")
                found.append((topic, str(about["grade_id"]), float(about["points"]), title))
    return found


def laws(task: Any) -> list[str]:
    """The names of the behaviours that the judge looks at, learned by judging the solution in public."""
    from reference.study.hints import solution

    report = _report(task, solution(task))
    return [*report.passed, *report.failed] if report is not None else []


def _report(task: Any, source: str) -> Any:
    return task.judge(_namespace(task, source)[task.answer], task.trial()) if source else None


def _namespace(task: Any, source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "__main__", task.given: task.variant()}
    exec(compile(source, f"<solution of {task.grade_id}>", "exec"), namespace)  # the instructor's own, from solutions/
    return namespace


def broken(task: Any) -> str:
    """The hidden check that the solution does not pass, in words; "" where it passes all."""
    from reference.contracts.report import describe
    from reference.study import hidden_laws, seeds
    from reference.study.attempt import attempt
    from reference.study.hints import solution

    source = solution(task)
    for seed in seeds.hidden_seeds() if source else ():
        namespace = _namespace(task, source)
        outcome = attempt(task, namespace, source=source, hidden_seed=seed)
        try:
            outcome = hidden_laws.further(task, namespace, seed) if outcome.passed else outcome
        except Exception as error:  # a file of laws that cannot be read
            return f"hidden/{task.grade_id}.py: {describe(error)}"
        if not outcome.passed:
            return f"{outcome.title}{f' ({outcome.first.got})' if outcome.first and outcome.first.error else ''}"
    return ""


def unknown(root: Path = course.ROOT) -> list[str]:
    """Files of the overlay that no task bears the name of: a slip of the pen, and nobody would be told."""
    from reference.study.task import tasks

    private = overlay.folder()
    known = {"hidden/*.py": set(tasks()), f"{overlay.SCHEMES}/*.md": {name for _, name, _, _ in manual_tasks(root)}}
    found = [path for files, names in known.items() for path in (private.glob(files) if private else ()) if path.stem not in names]
    return sorted(path.relative_to(private).as_posix() for path in found if private)


def page(task: Any, found: dict[str, Any]) -> str:
    """One task as lines of text. `found`: what the last whole `make mutants` kept."""
    wrong = misconceptions(task.grade_id)
    lines = [
        f"{task.grade_id}: {task.title}",
        f"  {task.kind}, {task.level}, {task.points} points, {task.minutes} minutes; answer `{task.answer}`",
    ]
    lines += [f"  asks: {task.question()}", f"  why: {task.why}", f"  read: {task.read}"]
    lines += ["  checks", *(f"    {law}" for law in laws(task))]
    lines += ["  hints", *(f"    {number}. {hint}" for number, hint in enumerate(task.hints, start=1))]
    told = broken(task)
    lines += [f"  hidden checks: the solution {f'{FAILS}: {told}' if told else 'passes'}"]
    lines += [f"  misconceptions: {len(wrong)}", *(f"    {name}: “{says}”" for name, says in wrong)]
    return "\n".join([*lines, *_mutants(task, found)])


def _mutants(task: Any, found: dict[str, Any]) -> list[str]:
    if task.kind != "code":
        return []
    source = mutants.solutions().get(task.grade_id, "")
    kept = found.get(task.grade_id)
    if kept is None or kept["solution"] != mutants.digest(source):
        return ["  mutants: not known for this solution; make mutants"]
    head = f"  mutants: {kept['mutants']}, of which equivalent {kept['equivalent']}, surviving {len(kept['survivors'])}"
    return [head, *(f"    {each['was']}  →  {each['becomes']}" for each in kept["survivors"])]


def summary(chosen: Sequence[Any], by_hand: Sequence[tuple[str, str, float, str]]) -> str:
    points = sum(task.points for task in chosen) + sum(each[2] for each in by_hand)
    minutes = [task.minutes for task in chosen]
    median = f", median {statistics.median(minutes):g} minutes" if minutes else ""
    told = f"{points:g} points{median}, {sum(minutes)} minutes in all"
    return f"{len(chosen)} tasks that check themselves and {len(by_hand)} for a person: {told}"


def main(argv: list[str]) -> int:
    from reference.study.task import tasks

    found = json.loads(mutants.FOUND.read_text(encoding="utf-8")) if mutants.FOUND.is_file() else {}
    chosen = [
        task for name, task in tasks().items() if not argv or any(begins.startswith(each) for each in argv for begins in (name, task.topic))
    ]
    by_hand = [each for each in manual_tasks() if not argv or any(begins.startswith(name) for name in argv for begins in each[:2])]
    if not chosen and not by_hand:
        raise SystemExit(f"no exercise and no topic begins with {' or '.join(argv)}; topics: {', '.join(course.topics())}")
    pages = [page(task, found) for task in chosen]
    print("\n\n".join(pages), end="\n\n")
    for topic, name, points, title in by_hand:
        print(f"{name}: {title}\n  marked by a person, {points:g} points, {topic}", end="\n\n")
    print(summary(chosen, by_hand))
    strange = unknown()
    if strange:
        print(f"No task has the name of {', '.join(strange)} in {overlay.folder()}")
    return 1 if strange or any(FAILS in text for text in pages) else 0


def to_its_end_or_the_readers(argv: list[str]) -> int:
    """`main`, quietly ended where whoever reads has seen enough (`make tasks | head`)."""
    try:
        code = main(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains when it ends
        return 0
    return code


if __name__ == "__main__":
    sys.exit(to_its_end_or_the_readers(sys.argv[1:]))
