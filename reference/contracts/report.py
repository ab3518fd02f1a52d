"""The machinery of contracts: named behaviours, run one by one against any implementation, and the report they make.

What is judged may be wrong in every way: it may raise, hang, or answer nonsense. Each behaviour therefore runs in a daemon
thread with a deadline, and whatever happens there is a failure of that behaviour, never a crash of the contract.
"""

from __future__ import annotations

import ctypes
import sysconfig
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Generic, TypeVar

Subject = TypeVar("Subject")
NOT_THEIRS = (str(Path(__file__).resolve().parents[1]), *map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib")))


class Broken(Exception):
    """What a check raises: `expected` and `got` in words; `hint` when it knows the mistake better than its behaviour does.

    `given`: the input, in words, where `expected` does not say it.
    """

    def __init__(self, expected: str, got: str, hint: str | None = None, given: str = "") -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected, self.got, self.hint, self.given = expected, got, hint, given


HANGS = "none: it hangs or loops for ever"


class _Abandoned(BaseException):
    """Thrown into a behaviour that overran its deadline, so that a loop does not burn a core for ever."""


@dataclass(frozen=True, slots=True)
class Behaviour(Generic[Subject]):
    """One law of a component: its `name`, `why` it matters, a `hint` for who breaks it, and `check(subject)`, which raises Broken."""

    name: str
    why: str
    hint: str
    check: Callable[[Subject], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """A behaviour that was not shown. `behaviour` is its name.

    `given`: the input, if known. Of an exception: `error`, the name of its type, and `line`, where it left the judged code.
    """

    behaviour: str
    why: str
    hint: str
    expected: str
    got: str
    given: str = ""
    error: str = ""
    line: str = ""

    def rows(self) -> list[tuple[str, str]]:
        """What is known, as (label, text), in the order of reading."""
        rows = [("given", self.given), ("expected", self.expected), ("got", self.got), ("at", self.line)]
        return [(label, text) for label, text in [*rows, ("why", self.why), ("hint", self.hint)] if text]

    def __str__(self) -> str:
        return "\n".join([f"✗ {self.behaviour}", *(f"    {label:<9} {text}" for label, text in self.rows())])


@dataclass(frozen=True, slots=True)
class Report:
    """What a contract found: `ok`, the names that `passed`, the `failures`. Prints as text, shows as HTML in a notebook."""

    contract: str
    passed: tuple[str, ...]
    failures: tuple[Failure, ...]

    @property
    def ok(self) -> bool:
        return not self.failures

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the behaviours that failed, in the contract's order."""
        return tuple(failure.behaviour for failure in self.failures)

    @property
    def title(self) -> str:
        return f"{self.contract}: {len(self.passed)} of {len(self.passed) + len(self.failures)} behaviours shown"

    def __str__(self) -> str:
        return "\n".join([self.title, *(f"✓ {name}" for name in self.passed), *map(str, self.failures)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        shown = "".join(f"<li>✓ {escape(name)}</li>" for name in self.passed)
        missing = "".join(map(_failure_html, self.failures))
        return f"<div><strong>{escape(self.title)}</strong><ul style='list-style:none;padding-left:0'>{missing}{shown}</ul></div>"


def _failure_html(failure: Failure) -> str:
    rows = [("why it matters" if label == "why" else label, text) for label, text in failure.rows()]
    cells = "".join(
        f"<tr><th style='text-align:left'>{label}</th><td style='text-align:left'>{escape(text)}</td></tr>" for label, text in rows
    )
    return f"<li>✗ <strong>{escape(failure.behaviour)}</strong><table>{cells}</table></li>"


@dataclass
class Contract(Generic[Subject]):
    """A named list of behaviours. `deadline_s` bounds each of them.

    Register with `@contract.behaviour(why=…, hint=…)` over `def name_of_the_law(subject)`; run with `contract.run(subject)`.
    """

    name: str
    deadline_s: float = 5.0
    behaviours: list[Behaviour[Subject]] = field(default_factory=list)

    def behaviour(self, why: str, hint: str) -> Callable[[Callable[[Subject], None]], Callable[[Subject], None]]:
        def register(check: Callable[[Subject], None]) -> Callable[[Subject], None]:
            name = check.__name__.replace("_", " ")
            if name in {known.name for known in self.behaviours}:
                raise ValueError(f"contract {self.name!r} already has a behaviour {name!r}")
            self.behaviours.append(Behaviour(name, why, hint, check))
            return check

        return register

    def __iter__(self) -> Iterator[Behaviour[Subject]]:
        return iter(self.behaviours)

    def run(
        self, subject: Subject, *, deadline_s: float | None = None, only: Sequence[str] | None = None, patience_s: float | None = None
    ) -> Report:
        """Judge `subject` by every behaviour (or those named in `only`). Never raises what the subject raises.

        `patience_s`: the deadline of each behaviour after the first that hangs (None: the same), for whoever waits before the screen.
        """
        limit_s = self.deadline_s if deadline_s is None else deadline_s
        found = []
        for each in (each for each in self.behaviours if only is None or each.name in only):
            found.append((each, failure := judge(each, subject, limit_s)))
            if failure is not None and failure.got == HANGS:
                limit_s = min(limit_s, limit_s if patience_s is None else patience_s)
        passed = tuple(each.name for each, failure in found if failure is None)
        return Report(self.name, passed, tuple(failure for _, failure in found if failure is not None))


def judge(behaviour: Behaviour[Any], subject: Any, deadline_s: float) -> Failure | None:
    """One behaviour against `subject`, within `deadline_s`; None when it was shown."""
    outcome: list[BaseException | None] = []

    def attempt() -> None:
        try:
            behaviour.check(subject)
            outcome.append(None)
        except BaseException as error:  # SystemExit included: the judged code must not end the judge
            outcome.append(error)

    thread = threading.Thread(target=attempt, name=f"contract: {behaviour.name}", daemon=True)
    thread.start()
    thread.join(deadline_s)
    if not outcome:
        _abandon(thread)
        return _failure(behaviour, Broken(f"an answer within {deadline_s:g} s", HANGS))
    return None if outcome[0] is None else _failure(behaviour, outcome[0])


def _failure(behaviour: Behaviour[Any], error: BaseException) -> Failure:
    law = (behaviour.name, behaviour.why)
    if isinstance(error, Broken):
        return Failure(*law, error.hint or behaviour.hint, error.expected, error.got, error.given)
    given = " ".join(getattr(error, "__notes__", ()))  # who called it may have noted the input
    found = Broken("no exception here", describe(error))
    return Failure(*law, behaviour.hint, found.expected, found.got, given, type(error).__name__, own_line(error))


def describe(error: BaseException) -> str:
    """`ZeroDivisionError: division by zero`, on one line and of bounded length, even if its `__str__` fails."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = "(its message cannot be printed)"
    return f"{type(error).__name__}: {text}"[:300]


def own_line(error: BaseException) -> str:
    """ "line 4: `return a / b`": the last line of the judged code that `error` came through; "" if it came through none."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if frame.line and not frame.filename.startswith(NOT_THEIRS)]
    return f"line {theirs[-1].lineno}: `{theirs[-1].line}`" if theirs else ""


def _abandon(thread: threading.Thread) -> None:
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(_Abandoned))
