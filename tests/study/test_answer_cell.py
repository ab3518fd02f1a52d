"""The learner's cell, found in what IPython keeps and in the notebook's file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reference.study.answer_cell import copies, foreign_names, is_stub, source_of
from tests.study.small_task import ran


def test_a_function_knows_its_cell_even_after_later_ones() -> None:
    namespace = ran("def share(x):\n    return x\n", 5) | {"In": ["", "share = None"]}
    assert source_of("share", namespace) == "def share(x):\n    return x\n"


def test_a_class_knows_its_cell_by_its_methods() -> None:
    assert "class share" in source_of("share", ran("class share:\n    def f(self):\n        pass\n", 6))


def test_a_number_is_looked_up_in_the_history_newest_first() -> None:
    history = ["", "rate = 1", "rate = 2", "print(rate)", "%timeit rate"]
    assert source_of("rate", {"rate": 2, "In": history}) == "rate = 2"


def test_where_nobody_knows_the_source_is_empty() -> None:
    assert source_of("rate", {"rate": 2}) == source_of("sqrt", {"sqrt": len}) == ""


@pytest.mark.parametrize(
    ("source", "foreign"),
    [
        ("def f(x):\n    return helper(x)", ["helper"]),
        ("import math\ndef f(x):\n    y = math.pi\n    return [x + z for z in range(int(y))]", []),
        ("class A:\n    size = 3\n    def f(self):\n        return LIMIT + given.bits", ["LIMIT"]),
        ("from __future__ import annotations\ndef f(x: Clock) -> None: ...", []),
        ("f = (", []),
    ],
)
def test_names_that_a_cell_takes_from_others_are_found(source: str, foreign: list[str]) -> None:
    assert foreign_names(source, known=["given"]) == foreign


def test_a_method_may_be_called_top() -> None:
    """Python's symtable takes a function of that name for the module: its locals seem to be global."""
    source = "class Trends:\n    def top(self, n):\n        found = [n, missing]\n        return found\n"
    assert foreign_names(source, known=[]) == ["missing"]


def test_a_stub_is_known_by_its_raise() -> None:
    assert is_stub("x = 1\nraise NotImplementedError()") and is_stub("def f():\n    raise NotImplementedError")
    assert not is_stub("raise ValueError()") and not is_stub("print('raise NotImplementedError')") and not is_stub("def")


def test_copies_are_counted_and_a_file_that_cannot_be_read_counts_as_one(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    cells = [{"metadata": {"nbgrader": {"grade_id": name}}} for name in ("a", "a", "b", "a")] + [{"metadata": {}}]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert [copies(name, path) for name in ("a", "b", "c")] == [3, 1, 1]
    path.write_text("{", encoding="utf-8")
    assert copies("a", path) == copies("a", tmp_path / "none") == 1
