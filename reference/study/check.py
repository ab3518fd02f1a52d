"""The three calls of an exercise: `ask` shows its variant, `check` judges what the cell defined, `grade` does so with hidden seeds."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from reference import notebook
from reference.study import answer_cell, attempts, hidden_laws, progress, seeds
from reference.study.attempt import PASSED, Outcome, attempt
from reference.study.check_view import ask_html, ask_text, outcome_html, outcome_text
from reference.study.task import Task, task
from reference.twitter.errors import InvalidInput, require


class CheckFailed(Exception):
    """The answer did not pass. The card above says why, so a notebook shows this line and no traceback of ours."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def ask(grade_id: str) -> SimpleNamespace:
    """Show what the task asks of this class (its variant), and return the parameters by name. Raises NotFound for an unknown id."""
    wanted = task(grade_id)
    notebook.publish(ask_html(wanted), text=ask_text(wanted))
    return wanted.variant()


def check(grade_id: str) -> None:
    """Judge the answer that this notebook defines, show the outcome, remember it. Raises CheckFailed unless it passed.

    The answer is found by its name, wherever the cell stands. Nothing goes to stderr. Takes less than a second, more if the answer hangs.
    """
    _check(task(grade_id), sys._getframe(1).f_globals)


def grade(grade_id: str) -> None:
    """Judge the answer with the hidden seeds. Silent when it passes, else CheckFailed that names the behaviour and nothing else.

    Raises InvalidInput where no hidden seed is known (COURSE_HIDDEN_SEED, the overlay's or solutions' seeds.toml).
    """
    wanted, namespace = task(grade_id), sys._getframe(1).f_globals
    hidden = seeds.hidden_seeds()
    require(bool(hidden), "hidden checks need hidden seeds: COURSE_HIDDEN_SEED, or hidden_seeds in seeds.toml")
    for seed in hidden:
        outcome = attempt(wanted, namespace, hidden_seed=seed)
        if outcome.passed:
            outcome = hidden_laws.further(wanted, namespace, seed)
        if not outcome.passed:
            raise CheckFailed(f"{grade_id}: {outcome.title} (hidden check)") from None


def _check(wanted: Task, namespace: Mapping[str, Any]) -> None:
    learner = progress.current()
    outcome = attempt(wanted, namespace)
    record = attempts.tried(learner, wanted.grade_id, outcome.result, outcome.title)
    notes = (*_copies(wanted.grade_id), *([learner.notice] if learner.notice else []))
    notebook.publish(outcome_html(wanted, outcome, record, notes), text=outcome_text(wanted, outcome, notes))
    if outcome.result != PASSED:
        raise CheckFailed(f"{wanted.grade_id}: {outcome.title}") from None


def _copies(grade_id: str) -> tuple[str, ...]:
    count = answer_cell.copies(grade_id)
    if count == 1:
        return ()
    return (f"{count} cells of this notebook bear the id {grade_id}. The grader counts one of them: delete the copies and save.",)


__all__ = ["CheckFailed", "InvalidInput", "Outcome", "ask", "check", "grade"]
