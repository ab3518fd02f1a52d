"""Answers that several students hand in alike, whatever they renamed or commented: a reason to ask, and no proof."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from reference.study.own_answer import MOST_CHARACTERS
from tools import course
from tools.collect import Note
from tools.submissions import Submission, Unreadable, grade_id, read

FEWEST_NODES = 50
"""Of the syntax tree. Whoever writes less than that writes what others write: a number, a choice, a line."""
MOST_NAMED = 5

Key = tuple[str, str]
"""Student and topic."""


def alike(found: Iterable[Submission], released: Mapping[str, Any]) -> dict[Key, list[Note]]:
    """(student, topic) → a note per answer that others of `found` hand in alike. `released`: topic → its pristine notebook."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for each in found:
        for name, form in _forms(each, released[each.topic]).items():
            groups.setdefault((each.topic, name, form), []).append(each.student)
    notes: dict[Key, list[Note]] = {}
    for (topic, name, _), students in groups.items():
        for student in students if len(students) > 1 else ():
            others = [other for other in students if other != student]
            listed = ", ".join(others[:MOST_NAMED]) + (f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else "")
            note = Note("alike", name, f"the same code, but for names and comments, as {listed}")
            notes.setdefault((student, topic), []).append(note)
    return notes


def _forms(mine: Submission, release: Any) -> dict[str, str]:
    """Grade id → the form of each code answer that is long enough."""
    try:
        cells = read(mine.path)
    except Unreadable:
        return {}
    stubs = {
        about["grade_id"]: cell.source for cell, about in course.cells_of(release) if about.get("solution") and cell.cell_type == "code"
    }
    forms = {grade_id(cell): form_of(cell["source"]) for cell in cells if grade_id(cell) in stubs}
    return {name: form for name, form in forms.items() if form and form != form_of(stubs[name])}


def form_of(source: str) -> str:
    """The syntax tree of `source`, with names by the order in which they come, without texts that stand alone; "" for little or no code."""
    try:
        tree = ast.parse(source) if len(source) <= MOST_CHARACTERS else ast.parse("")
        for node in list(ast.walk(tree)):
            _bare(node)
        nodes, numbers = list(ast.walk(tree)), dict[str, str]()
        for node in nodes:
            for field in ("id", "attr", "arg", "name"):
                if isinstance(name := getattr(node, field, None), str):
                    setattr(node, field, numbers.setdefault(name, f"n{len(numbers)}"))
        return ast.dump(tree) if len(nodes) >= FEWEST_NODES else ""
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


def _bare(node: ast.AST) -> None:
    """Take annotations, docstrings and other lone texts out of `node`."""
    for field in ("annotation", "returns"):
        if getattr(node, field, None) is not None:
            setattr(node, field, None if field == "returns" or isinstance(node, ast.arg) else ast.Constant(None))
    body = getattr(node, "body", None)
    if isinstance(body, list):
        body[:] = [each for each in body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
