"""Rooms of a size one can read: DESIGN §5."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from tests.house import house

MOST_LINES_OF_A_MODULE = 260
MOST_LINES_OF_A_FUNCTION = 40


def ours() -> list:
    return [*house.modules("reference").values(), *house.modules("tools").values(), house.ROOT / "start.py"]


def test_modules_are_short_enough_to_read_at_once() -> None:
    lengths = {path.relative_to(house.ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in ours()}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_MODULE} == {}


def test_functions_are_short() -> None:
    long = {}
    for path in ours():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1
                if lines > MOST_LINES_OF_A_FUNCTION:
                    long[f"{path.name}:{node.name}"] = lines
    assert not long


def test_nothing_is_left_to_do() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "X" * 3 + ":")
    texts = {path.name: written(path) for path in house.files() if path.suffix in (".py", ".lua", ".md", ".ipynb")}
    left = [f"{name}: {mark}" for name, text in texts.items() for mark in marks if mark in text]
    assert not left


def written(path: Path) -> str:
    """What somebody wrote; a notebook's pictures are base64, in which any word may occur."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
