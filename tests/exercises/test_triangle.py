"""Every task: its stub is not attempted, its solution passes, each stored misconception gets its message. Found, not listed."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reference.study import seeds
from reference.study.attempt import EXCEPTION, FAILED, NOT_ATTEMPTED, OWN, PASSED, try_source
from reference.study.check_view import outcome_text
from reference.study.hints import solution_cells
from reference.study.own_answer import refusals
from reference.study.task import Task, task, tasks
from tests.exercises import references
from tests.house import house

MISCONCEPTIONS = house.ROOT / "tests" / "misconceptions"
FEWEST_MISCONCEPTIONS = 3
MOST_SECONDS = 1.0
OTHER_SEEDS = (1, 2, 3, 4, 5)

IDS = sorted(tasks())
WRONG = sorted(MISCONCEPTIONS.glob("*/*.py"))
SOLUTION = re.compile(r"^([ \t]*)### BEGIN SOLUTION$.*?### END SOLUTION$", re.MULTILINE | re.DOTALL)

every_task = pytest.mark.parametrize("grade_id", IDS)
every_misconception = pytest.mark.parametrize("path", WRONG, ids=lambda path: f"{path.parent.name}/{path.stem}")


def cell(wanted: Task) -> str:
    """The solution's cell as stored."""
    return solution_cells(wanted)[wanted.grade_id]


def stub(source: str) -> str:
    """What nbgrader makes of the solution's cell."""
    return SOLUTION.sub(r"\1# YOUR CODE HERE\n\1raise NotImplementedError()", source)


def message(path: Path) -> str:
    """The first line of the file's docstring: what the card has to say."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert said, f"{path.name} does not say which message it must get"
    return said.splitlines()[0]


def shown(wanted: Task, source: str, hidden_seed: int | None = None) -> str:
    return outcome_text(wanted, try_source(wanted, source, hidden_seed=hidden_seed))


@every_task
def test_the_stub_is_not_attempted(grade_id: str) -> None:
    wanted = task(grade_id)
    source = stub(cell(wanted))
    assert "### " not in source and try_source(wanted, source).result == NOT_ATTEMPTED


@every_task
def test_the_solution_passes_the_public_check_and_the_hidden_one(grade_id: str) -> None:
    wanted = task(grade_id)
    for seed in (None, seeds.hidden_seeds()[0]):
        outcome = try_source(wanted, cell(wanted), hidden_seed=seed)
        assert outcome.result == PASSED and not outcome.notes, outcome_text(wanted, outcome)


@every_misconception
def test_a_misconception_gets_its_message(path: Path) -> None:
    wanted, source = task(path.parent.name), path.read_text(encoding="utf-8")
    outcome = try_source(wanted, source)
    assert outcome.result in (FAILED, EXCEPTION)
    assert message(path) in outcome_text(wanted, outcome)


@every_task
def test_every_task_has_its_misconceptions(grade_id: str) -> None:
    named = [path for path in WRONG if path.parent.name == grade_id]
    assert len(named) >= FEWEST_MISCONCEPTIONS
    assert len({message(path) for path in named}) >= FEWEST_MISCONCEPTIONS, "three messages, not one three times"


def test_every_misconception_is_of_a_task() -> None:
    assert {path.parent.name for path in WRONG} <= set(IDS)


@every_task
def test_the_check_answers_within_a_second(grade_id: str) -> None:
    """The best of three: a busy machine must not fail it."""
    wanted = task(grade_id)
    took_s = []
    for _ in range(3):
        started = time.perf_counter()
        try_source(wanted, cell(wanted))
        took_s.append(time.perf_counter() - started)
        if took_s[-1] < MOST_SECONDS:
            break
    assert min(took_s) < MOST_SECONDS


@every_task
def test_the_gate_lets_the_solution_in(grade_id: str) -> None:
    wanted = task(grade_id)
    assert refusals(cell(wanted), wanted.allowed) == []


def copies_of_the_reference() -> dict[str, Callable[[SimpleNamespace], Any]]:
    found: dict[str, Callable[[SimpleNamespace], Any]] = {}
    for each in pkgutil.iter_modules(references.__path__):
        found |= importlib.import_module(f"{references.__name__}.{each.name}").REFERENCES
    return found


@pytest.mark.parametrize("grade_id", sorted(copies_of_the_reference()))
def test_a_copy_of_the_reference_does_not_pass_however_it_is_parametrised(grade_id: str) -> None:
    """The judge alone, without the gates that would refuse what is ours: whoever copies the source gets this far."""
    wanted = task(grade_id)
    for seed in (None, seeds.hidden_seeds()[0]):
        trial = wanted.trial(seed)
        assert not wanted.judge(copies_of_the_reference()[grade_id](trial.variant), trial).ok


@pytest.mark.parametrize("path", [path for path in WRONG if path.stem == "the_references_own"], ids=lambda path: path.parent.name)
def test_what_is_taken_from_the_reference_is_refused(path: Path) -> None:
    outcome = try_source(task(path.parent.name), path.read_text(encoding="utf-8"))
    assert outcome.first is not None and outcome.first.behaviour == OWN


@pytest.mark.slow
@every_task
def test_the_solution_is_right_for_every_variant_and_all_hidden_seeds(grade_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = task(grade_id)
    for variant_seed in OTHER_SEEDS:
        monkeypatch.setenv("COURSE_VARIANT_SEED", str(variant_seed))
        for seed in (None, *seeds.hidden_seeds()):
            outcome = try_source(wanted, cell(wanted), hidden_seed=seed)
            assert outcome.passed, f"variant seed {variant_seed}, hidden seed {seed}\n{outcome_text(wanted, outcome)}"


@pytest.mark.slow
@every_misconception
def test_a_misconception_gets_its_message_for_every_variant_and_fails_the_hidden_check(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted, source = task(path.parent.name), path.read_text(encoding="utf-8")
    assert not try_source(wanted, source, hidden_seed=seeds.hidden_seeds()[0]).passed
    for variant_seed in OTHER_SEEDS:
        monkeypatch.setenv("COURSE_VARIANT_SEED", str(variant_seed))
        assert message(path) in shown(wanted, source), f"variant seed {variant_seed}"


@pytest.mark.slow
@every_task
def test_another_class_is_asked_something_else(grade_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = task(grade_id)
    asked = set()
    for variant_seed in range(20):
        monkeypatch.setenv("COURSE_VARIANT_SEED", str(variant_seed))
        asked.add(repr(wanted.variant()))
    assert len(asked) >= 2
