"""How a judge puts its finding: a number with the slip behind it, a choice with its reason, a value that must be exactly so.

For tasks whose mechanism has a contract of its own (ids, rate limiters, timelines, trends) that contract judges; these are the rest.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from reference.contracts.report import Behaviour, Broken, Failure, Report, describe, judge
from reference.estimation.drills import WIDEST_BAND
from reference.estimation.errors import EstimationError
from reference.estimation.misconceptions import misconception, misconceptions
from reference.estimation.numbers import human, parse_number

STEP = 1000


def number(
    answer: Any, right: float, unit: str, *, tolerance: float = 0.25, why: str, hint: str, slips: Mapping[str, float] | None = None
) -> Report:
    """Judge a number within ±tolerance. Nothing that it says tells `right`.

    answer: a number, or text such as "4.1M" or "58 k/s". slips: what somebody with that misconception answers: the name of one of
    misconceptions.toml, or a sentence of Markdown that says what happened and what to do. hint: for a number that no slip explains.
    """

    def is_right(_: None) -> None:
        expected = f"a number of {unit}" if tolerance == 0 else f"a number of {unit}, within ±{tolerance * 100:g} %"
        guess = _number(answer, unit, expected)
        if not _close(guess, right, 1 + tolerance):
            says = _slip_of(guess, right, tolerance, slips or {}) or f"{_off(guess, right)} {hint}"
            raise Broken(expected, human(guess, unit) if abs(guess) >= 1e6 else f"{guess:,.6g} {unit}", says)

    return one_behaviour("the right number", is_right, why, hint)


def choice(answer: Any, right: str, explanations: Mapping[str, str], *, why: str) -> Report:
    """Judge a choice by its key; explanations: every other key → why it is wrong, for whoever takes it. Case and spaces are forgiven."""

    def is_right(_: None) -> None:
        keys = sorted({right, *explanations})
        chosen = answer.strip().casefold() if type(answer) is str else None
        known = next((key for key in keys if key.casefold() == chosen), None)
        if known is None:
            raise Broken(f"one of {', '.join(map(repr, keys))}", repr(answer), "Write the key of your choice as text, in quotes.")
        if known != right:
            raise Broken("the choice that holds up", repr(known), explanations[known])

    return one_behaviour("the right choice", is_right, why, "Try each choice against every sentence of the question.")


def one_behaviour(name: str, check: Callable[[None], None], why: str, hint: str, deadline_s: float = 2.0) -> Report:
    """A report of a single law."""
    failure = judge(Behaviour(name, why, hint, check), None, deadline_s)
    return Report(name, (name,) if failure is None else (), () if failure is None else (failure,))


def merged(name: str, *reports: Report) -> Report:
    """One report of several, in their order."""
    passed = tuple(law for report in reports for law in report.passed)
    return Report(name, passed, tuple(failure for report in reports for failure in report.failures))


def told_first(report: Report, *laws: str) -> Report:
    """`report` with the failures of these laws in front: they name the mistake better than the ones that it breaks besides."""
    order = {law: place for place, law in enumerate(laws)}
    return replace(report, failures=tuple(sorted(report.failures, key=lambda failure: order.get(failure.behaviour, len(order)))))


def retold(report: Report, words: Mapping[str, Mapping[str, str]]) -> Report:
    """`report` with other words for laws whose own do not fit the variant: law → {"why": …, "hint": …}."""

    def told(failure: Failure) -> Failure:
        return replace(failure, **words.get(failure.behaviour, {}))

    return replace(report, failures=tuple(map(told, report.failures)))


def call(answer: Any, *args: Any, **named: Any) -> Any:
    """`answer(*args, **named)`; what it raises bears the call as a note, so that the report can say with which input."""
    try:
        return answer(*args, **named)
    except Exception as error:
        error.add_note(called(answer, *args, **named))
        raise


def called(answer: Any, *args: Any, **named: Any) -> str:
    """The call as one would type it: `decode(5, ms=3)`."""
    words = [_short(arg) for arg in args] + [f"{name}={_short(value)}" for name, value in named.items()]
    return f"`{getattr(answer, '__name__', 'answer')}({', '.join(words)})`"


def same(expected: Any, got: Any, given: str = "", hint: str | None = None) -> None:
    """Raise Broken unless `got` is `expected`, compared as plain values: an object's own idea of equality does not count.

    Lists and tuples are alike here, numpy's numbers are numbers, and 1.0 is 1; None, bool and text are themselves.
    """
    if plain(got) != plain(expected):
        raise Broken(_short(expected), _short(got), hint, given)


def plain(value: Any) -> Any:
    """`value` in builtin types, sequences as tuples, True apart from 1; Broken for what has no such form."""
    if value is None or type(value) in (int, float, str, bytes):
        return value
    if type(value) is bool:
        return ("bool", str(value))
    if hasattr(value, "tolist") and type(value).__module__ == "numpy":
        return plain(value.tolist())
    if type(value) in (list, tuple):
        return tuple(plain(each) for each in value)
    if type(value) in (set, frozenset):
        return frozenset(plain(each) for each in value)
    if isinstance(value, dict):
        return {plain(key): plain(each) for key, each in dict.items(value)}
    raise Broken("plain values: numbers, text, lists, tuples, dicts", f"a {type(value).__name__}")


def _number(answer: Any, unit: str, expected: str) -> float:
    try:
        if isinstance(answer, bool) or not isinstance(answer, numbers.Real | str):
            raise EstimationError(f"{type(answer).__name__} is no number")
        found = parse_number(answer, unit) if isinstance(answer, str) else float(answer)
    except (EstimationError, OverflowError) as error:
        raise Broken(expected, _short(answer), describe(error).partition(": ")[2]) from None
    if not math.isfinite(found):
        raise Broken(expected, repr(found))
    return found


def _slip_of(guess: float, right: float, tolerance: float, slips: Mapping[str, float]) -> str:
    """What the nearest slip says, if one is within a narrow band; 10³ off is everybody's slip."""
    steps = {**slips, "thousand": right * STEP}  # last: of two that fit alike, the task's own slip says more
    near = [(_apart(guess, value), name) for name, value in (*steps.items(), ("thousand", right / STEP))]
    apart, name = min(near, key=lambda each: each[0])
    if apart > min(1 + tolerance, WIDEST_BAND) * (1 + 1e-9):
        return ""
    return misconception(name).says if name in misconceptions() else name


def _close(guess: float, right: float, ratio: float) -> bool:
    return math.isclose(guess, right, rel_tol=1e-9) or abs(guess - right) <= (ratio - 1) * abs(right) * (1 + 1e-9)


def _apart(one: float, other: float) -> float:
    """How many times the larger is the smaller; infinite unless both are above 0."""
    return max(one / other, other / one) if one > 0 and other > 0 else math.inf


def _off(guess: float, right: float) -> str:
    if guess <= 0 < right:
        return "It is more than nothing."
    ratio = _apart(guess, right)
    times = f"{ratio:.2g}" if ratio < 10 else human(float(f"{ratio:.2g}"))
    return f"**{times}× too {'high' if guess > right else 'low'}**, and none of the usual slips."


def _short(value: Any) -> str:
    try:
        text = " ".join(repr(value).split())
    except Exception:
        text = f"a {type(value).__name__} that cannot be printed"
    return text if len(text) <= 160 else f"{text[:150]} …"
