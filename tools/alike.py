"""Answers that several students hand in alike, whatever they renamed or commented: a reason to ask, and no proof."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from reference.study.own_answer import MOST_CHARACTERS
from tools import course
from tools.collect import Note
from tools.submissions import Submission, Unreadable, grade_id, read

FEWEST_NODES = 100
"""Of the syntax tree, in statements that the exercise does not show already: some ten lines. Whoever writes less writes what others write.

Measured on the solutions: of 23 code tasks it leaves out `fanout-edge` (82: one formula), `home-mend` (92) and `requirements-mend` (61: of
217, the rest is the code that was handed out to be mended) and `limit-bucket` (13: its Lua is a text); the next has 113. Numbers (53 at
most) and choices (up to 147, when they are computed) are not compared at all: right ones are alike by nature.
"""
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
MOST_NAMED = 5

Key = tuple[str, str]
"""Student and topic."""


def alike(found: Iterable[Submission], released: Mapping[str, Any]) -> dict[Key, list[Note]]:
    """(student, topic) → a note per answer that others of `found` hand in alike. `released`: topic → its pristine notebook."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    shown = {topic: given(release) for topic, release in released.items()}
    for each in found:
        for name, form in _forms(each, released[each.topic], shown[each.topic]).items():
            groups.setdefault((each.topic, name, form), []).append(each.student)
    notes: dict[Key, list[Note]] = {}
    for (topic, name, _), students in groups.items():
        for student in students if len(students) > 1 else ():
            others = [other for other in students if other != student]
            listed = ", ".join(others[:MOST_NAMED]) + (f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else "")
            note = Note("alike", name, f"the same code, but for names and comments, as {listed}")
            notes.setdefault((student, topic), []).append(note)
    return notes


def _forms(mine: Submission, release: Any, shown: Collection[str]) -> dict[str, str]:
    """Grade id → the form of each code answer that is long enough."""
    from reference.study.task import tasks

    try:
        cells = read(mine.path)
    except Unreadable:
        return {}
    answers = {about["grade_id"] for cell, about in course.cells_of(release) if about.get("solution") and cell.cell_type == "code"}
    code = {name for name in answers if name not in tasks() or tasks()[name].kind == "code"}
    forms = {grade_id(cell): form_of(cell["source"], shown) for cell in cells if grade_id(cell) in code}
    return {name: form for name, form in forms.items() if form}


def given(release: Any) -> frozenset[str]:
    """The statements that a released notebook shows: stubs, and code that is to be mended."""
    trees = [_tree(cell.source) for cell in release.cells if cell.cell_type == "code"]
    return frozenset(text for tree in trees for text, _ in _statements(tree))


def own_nodes(tree: ast.AST, shown: Collection[str]) -> int:
    """How many nodes the statements of `tree` have that are not in `shown`."""
    return sum(nodes for text, nodes in _statements(tree) if text not in shown)


def _statements(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """(text, nodes) of each statement, of a compound one its first line."""
    for each in ast.walk(tree):
        if isinstance(each, ast.stmt):
            head = type(each)(**{name: value for name, value in ast.iter_fields(each) if name not in BLOCKS})
            yield ast.dump(head), sum(1 for _ in ast.walk(head))


def form_of(source: str, shown: Collection[str] = ()) -> str:
    """The syntax tree of `source`, with names by the order in which they come, without texts that stand alone; "" for little or no code."""
    try:
        tree = _tree(source)
        if own_nodes(tree, shown) < FEWEST_NODES:
            return ""
        numbers: dict[str, str] = {}
        for node in ast.walk(tree):
            for field in ("id", "attr", "arg", "name"):
                if isinstance(name := getattr(node, field, None), str):
                    setattr(node, field, numbers.setdefault(name, f"n{len(numbers)}"))
        return ast.dump(tree)
    except (RecursionError, MemoryError):
        return ""


def _tree(source: str) -> ast.AST:
    """The syntax tree, bare; an empty one of what is no Python."""
    try:
        tree = ast.parse(source if len(source) <= MOST_CHARACTERS else "")
        for node in list(ast.walk(tree)):
            _bare(node)
        return tree
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def _bare(node: ast.AST) -> None:
    """Take annotations, docstrings and other lone texts out of `node`."""
    for field in ("annotation", "returns"):
        if getattr(node, field, None) is not None:
            setattr(node, field, None if field == "returns" or isinstance(node, ast.arg) else ast.Constant(None))
    body = getattr(node, "body", None)
    if isinstance(body, list):
        body[:] = [each for each in body if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))]
