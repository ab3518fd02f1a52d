"""Further laws that an instructor keeps outside the repository: `hidden/<grade-id>.py` in the overlay folder.

The file defines `laws(contract)`, which registers behaviours: `@contract.behaviour(why=…, hint=…)` over `def its_name(judged)`,
where `judged.answer` is what the learner defined and `judged.trial` the Trial of the hidden seed.
"""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reference.contracts.report import Contract
from reference.study import seeds
from reference.study.attempt import FAILED, PASSED, Outcome, captured
from reference.study.task import Task, Trial
from reference.twitter.errors import InvalidInput

SOURCES: dict[str, str] = {}
"""Grade id → source of such a file, told to this process: a grader's sandbox has no folder to read, nor may a student's code."""


@dataclass(frozen=True)
class Judged:
    """What a further law is given."""

    answer: Any
    trial: Trial


def further(task: Task, namespace: Mapping[str, Any], hidden_seed: int) -> Outcome:
    """Passed where the overlay has no laws for this task. Raises InvalidInput for a file without `laws`."""
    found = _file(task.grade_id)
    if found is None:
        return Outcome(PASSED)
    contract: Contract[Judged] = Contract(f"{task.grade_id}, further laws")
    register = found.get("laws")
    if not callable(register):
        raise InvalidInput(f"hidden/{task.grade_id}.py must define laws(contract)")
    register(contract)
    with captured():
        report = contract.run(Judged(namespace[task.answer], task.trial(hidden_seed)), patience_s=1.0)
    return Outcome(PASSED) if report.ok else Outcome(FAILED, report.failures[0], report.failed[1:])


def _file(grade_id: str) -> dict[str, Any] | None:
    """What the file of further laws defines; None where there is no such file."""
    if grade_id in SOURCES:
        told: dict[str, Any] = {}
        exec(compile(SOURCES[grade_id], f"hidden/{grade_id}.py", "exec", dont_inherit=True), told)
        return told
    private = seeds.overlay()
    path = private / "hidden" / f"{grade_id}.py" if private else None
    return runpy.run_path(str(path)) if path is not None and path.is_file() else None
