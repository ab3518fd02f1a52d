"""What a failure tells besides the law: the input, the judged code's own line; and how long a judge is patient."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from reference.contracts import Broken, Contract
from reference.contracts.report import own_line

contract: Contract[Any] = Contract("doubling")


@contract.behaviour(why="why", hint="hint")
def two_is_doubled(double: Any) -> None:
    try:
        found = double(2)
    except Exception as error:
        error.add_note("double(2)")
        raise
    if found != 4:
        raise Broken("4", str(found), given="double(2)")


@contract.behaviour(why="why", hint="hint")
def three_is_doubled(double: Any) -> None:
    double(3)


def test_a_failure_tells_the_input() -> None:
    failure = contract.run(lambda x: 5).failures[0]
    assert failure.given == "double(2)" and "given     double(2)" in str(failure) and "double(2)" in contract.run(lambda x: 5)._repr_html_()


def test_an_exception_tells_its_type_its_input_and_the_judged_codes_own_line() -> None:
    def double(x: int) -> float:
        return x / 0  # theirs

    failure = contract.run(double).failures[0]
    assert (failure.error, failure.given) == ("ZeroDivisionError", "double(2)")
    assert failure.line.endswith("`return x / 0  # theirs`") and failure.line in str(failure)


def test_a_broken_law_has_no_line() -> None:
    failure = contract.run(lambda x: 5).failures[0]
    assert (failure.error, failure.line) == ("", "")


def test_a_line_of_python_itself_is_not_theirs() -> None:
    with pytest.raises(RuntimeError) as raised:
        threading.Thread().join()
    assert own_line(raised.value).endswith("`threading.Thread().join()`")


def test_after_a_hang_the_judge_is_less_patient_if_told_so() -> None:
    def hang(x: int) -> None:
        while True:
            pass

    started = time.monotonic()
    report = contract.run(hang, deadline_s=0.5, patience_s=0.05)
    assert [failure.expected for failure in report.failures] == ["an answer within 0.5 s", "an answer within 0.05 s"]
    assert time.monotonic() - started < 5
