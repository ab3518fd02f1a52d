"""One attempt at a task: the answer taken from a notebook, the gates before it, the contract over it, the outcome in one word."""

from __future__ import annotations

import io
import linecache
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

from reference.contracts.report import Failure, Report, describe, own_line
from reference.study.answer_cell import foreign_names, is_stub, source_of
from reference.study.borrowed import borrowed
from reference.study.own_answer import refusals
from reference.study.task import Task

NOT_ATTEMPTED, EXCEPTION, FAILED, PASSED = "not attempted", "exception", "failed", "passed"
OWN = "the answer is one's own"
MOST_PRINTED = 2_000
STUB_ERROR = "NotImplementedError"


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt. `result`: one of the four words; `first`: the failure to show in full; `others`: further laws, by name.

    `says`: a sentence for "not attempted"; `notes`: what else the learner should know; `printed`: what the answer printed meanwhile.
    """

    result: str
    first: Failure | None = None
    others: tuple[str, ...] = ()
    shown: int = 0
    says: str = ""
    notes: tuple[str, ...] = ()
    printed: str = field(default="", repr=False)

    @property
    def passed(self) -> bool:
        return self.result == PASSED

    @property
    def title(self) -> str:
        """ "failed: ids increase strictly" """
        if self.result == FAILED and self.first is not None:
            return f"failed: {self.first.behaviour}"
        if self.result == EXCEPTION and self.first is not None:
            return f"exception: {self.first.error}"
        return self.result


def attempt(task: Task, namespace: Mapping[str, Any], *, source: str | None = None, hidden_seed: int | None = None) -> Outcome:
    """Judge what `namespace` holds under the task's name. `source`: the cell (None: found); `hidden_seed`: None for the public check.

    Nothing that the answer prints or raises comes out, stderr included.
    """
    cell = source_of(task.answer, namespace) if source is None else source
    answer = namespace.get(task.answer)
    if answer is None or answer is ... or answer is NotImplemented:
        return Outcome(NOT_ATTEMPTED, says=_why_nothing(task, cell, task.answer in namespace))
    if reason := _not_own(task, answer, cell):
        return Outcome(FAILED, _own_failure(reason))
    with captured() as printed:
        report = _judged(task, answer, hidden_seed)
    return _outcome(task, report, _notes(task, cell), printed.getvalue()[:MOST_PRINTED])


def try_source(task: Task, source: str, *, hidden_seed: int | None = None) -> Outcome:
    """Run an answer cell by itself, as a grader would (what `ask` returns is there under `task.given`), and judge it.

    A cell that is refused does not run. What it raises at its top level is an exception with its line; a stub is not attempted.
    """
    if refused := refusals(source, task.allowed):
        return Outcome(FAILED, _own_failure(refused[0]))
    filename = f"<cell {task.grade_id} {hash(source)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {"__name__": "__main__", task.given: task.variant()}
    try:
        with captured():
            exec(compile(source, filename, "exec", dont_inherit=True), namespace)
    except NotImplementedError:
        namespace.pop(task.answer, None)
    except Exception as error:
        why = "The cell must run before anything can be judged."
        failure = Failure("the cell runs", why, "Read the line, mend it, run the cell again.", "no exception", describe(error))
        return Outcome(EXCEPTION, _at(failure, error))
    return attempt(task, namespace, source=source, hidden_seed=hidden_seed)


@contextmanager
def captured() -> Iterator[io.StringIO]:
    """What is printed meanwhile, to stdout and stderr alike: a debugging line must not cost a mark."""
    with _capturing, redirect_stdout(_Bounded()) as printed, redirect_stderr(printed):
        yield printed
    sys.stdout.flush()


_capturing = threading.Lock()  # the redirection is the process's


class _Bounded(io.StringIO):
    """Keeps the beginning and forgets the rest, so that an endless print ends with its deadline and not with the memory."""

    def write(self, text: str) -> int:
        if self.tell() < MOST_PRINTED:
            super().write(text[:MOST_PRINTED])
        return len(text)


def _judged(task: Task, answer: Any, hidden_seed: int | None) -> Report:
    try:
        return task.judge(answer, task.trial(hidden_seed))
    except Exception as error:  # an answer that no judge foresaw; a traceback of ours would help nobody
        failure = Failure("the answer can be judged", "The check could not go on.", "Look at the type of your answer.", "", describe(error))
        return Report(task.grade_id, (), (_at(failure, error),))


def _outcome(task: Task, report: Report, notes: tuple[str, ...], printed: str) -> Outcome:
    if report.ok:
        return Outcome(PASSED, shown=len(report.passed), notes=notes, printed=printed)
    stubs = [failure for failure in report.failures if failure.error == STUB_ERROR]
    if stubs:
        says = f"{stubs[0].line or 'a line'} is still there. Write the answer, then delete the `raise` line."
        return Outcome(NOT_ATTEMPTED, says=f"{says[0].upper()}{says[1:]}", shown=len(report.passed))
    first = report.failures[0]
    result = EXCEPTION if first.error and first.line and "`raise " not in first.line else FAILED  # who raises has decided to
    return Outcome(result, first, tuple(each.behaviour for each in report.failures[1:]), len(report.passed), notes=notes, printed=printed)


def _why_nothing(task: Task, cell: str, named: bool) -> str:
    if is_stub(cell):
        return "The stub's `raise` line is still there. Write the answer, delete the line, run the cell."
    if named:
        return f"`{task.answer}` is still empty. Give it a value, run its cell, then this one."
    return f"There is no `{task.answer}` yet. Write it in the cell above, delete the `raise` line and run the cell; then run this one."


def _not_own(task: Task, answer: Any, cell: str) -> str:
    refused = refusals(cell, task.allowed) if cell else []
    if refused:
        return refused[0]
    found = borrowed(answer, task.allowed)
    return f"the answer rests on {found}" if found else ""


def _own_failure(reason: str) -> Failure:
    why = "The interviewer gives you a blank page. What the course wrote, subclassed, wrapped or imported, scores nothing."
    hint = "Read the reference as long as you like, close it, and write your own, with plain Python and the modules that are allowed."
    return Failure(OWN, why, hint, "code of your own", reason)


def _notes(task: Task, cell: str) -> tuple[str, ...]:
    foreign = foreign_names(cell, known=(task.given, "__name__")) if cell else []
    if not foreign:
        return ()
    named = ", ".join(f"`{name}`" for name in foreign)
    return (f"The answer's cell uses {named} from another cell. Graders run it by itself: put everything it needs into it.",)


def _at(failure: Failure, error: BaseException) -> Failure:
    from dataclasses import replace

    return replace(failure, error=type(error).__name__, line=own_line(error))
