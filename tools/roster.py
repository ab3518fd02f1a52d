"""The class list, joined to the names of submissions: what Canvas's gradebook or Moodle exports, or a file with a column `student`."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

HEADINGS = {
    "student": ("student",),
    "name": ("name", "full name"),
    "first": ("first name",),
    "last": ("last name", "surname"),
    "email": ("email", "email address"),
    "canvas_id": ("canvas_id", "id"),
    "sis_id": ("sis_id", "sis user id", "id number"),
    "login": ("login", "sis login id", "username"),
}
"""Our columns, and what Canvas and Moodle call them, in lower case. Canvas's own `Student` is a name (see `_columns`)."""
ADVICE = "give ROSTER the gradebook that Canvas or Moodle exports, or a file with a column `student`"
People = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Roster:
    """`students`: name as in the gradebook (or the roster's, for those who handed in nothing) → columns. `ambiguous`: joined to nobody."""

    students: People = field(default_factory=dict)
    ambiguous: tuple[str, ...] = ()


def read_roster(path: Path, submitted: Iterable[str]) -> Roster:
    """The roster at `path`, each line joined to the one of `submitted` whom it means.

    A line means whoever bears its `student`; without that column whoever bears its login, email, number or name, as a folder or as Canvas
    and Moodle write it into downloads. Spaces, case and signs do not count. Raises: SystemExit that says what is wrong with the file.
    """
    lines = _lines(path)
    claims = defaultdict(set)
    for index, line in enumerate(lines):
        for key in _keys(line):
            claims[key].add(index)
    theirs: dict[int, list[str]] = defaultdict(list)
    ambiguous = []
    for name in submitted:
        found = claims.get(_plain(name), set())
        if len(found) == 1:
            theirs[min(found)].append(name)
        elif found:
            ambiguous.append(name)
    ambiguous += [name for names in theirs.values() if len(names) > 1 for name in names]
    students: People = {}
    for index, line in enumerate(lines):
        mine = theirs.get(index, [])
        name = mine[0] if len(mine) == 1 else _own_name(line)
        students[name if name not in students else f"{name} ({path.name}, line {index + 2})"] = line
    return Roster(students, tuple(sorted(ambiguous)))


def _lines(path: Path) -> list[dict[str, str]]:
    """The file's lines under our columns. Raises: SystemExit."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SystemExit(f"the roster {path} cannot be read ({error.strerror}): {ADVICE}") from None
    except UnicodeDecodeError:
        raise SystemExit(f"{path.name} is not UTF-8: save it as “CSV UTF-8”") from None
    head = text.partition("\n")[0]
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count)))
    columns = _columns(rows[0]) if rows else {}
    if not {"student", "name", "first", "email", "login"} & set(columns):
        raise SystemExit(f"{path.name} has no column that names students: {ADVICE}")
    found = []
    for row in rows[1:]:
        line = {ours: row[place].strip() for ours, place in columns.items() if place < len(row)}
        line.setdefault("name", f"{line.pop('first', '')} {line.pop('last', '')}".strip())
        if any(line.values()) and not line["name"].startswith("Points Possible"):
            found.append(line)
    if columns.get("student") is not None:
        _each_once(path, [line.get("student", "") for line in found])
    return found


def _columns(headings: list[str]) -> dict[str, int]:
    """Our column → its place."""
    plain = [heading.strip().lower() for heading in headings]
    found = {ours: plain.index(name) for ours, names in HEADINGS.items() for name in names if name in plain}
    if "id" in plain and "section" in plain and "student" in found:  # Canvas's export
        found["name"] = found.pop("student")
    return found


def _each_once(path: Path, names: list[str]) -> None:
    plain = [_plain(name) for name in names]
    for name, key in zip(names, plain, strict=True):
        if not key or plain.count(key) > 1:
            raise SystemExit(f"{path.name} names {name or 'a student'} {'twice' if key else 'by an empty `student`'}: one line each")


def _keys(line: dict[str, str]) -> Iterator[str]:
    """What submissions of this line's student may be called, plainly."""
    names = [line["student"]] if line.get("student") else [line.get(key, "") for key in ("login", "email", "sis_id", "name")]
    if line.get("canvas_id") and not line.get("student"):  # doejane_4711, of "Doe, Jane"
        names.append(line["name"] + line["canvas_id"])
    yield from {_plain(name) for name in names} - {""}


def _own_name(line: dict[str, str]) -> str:
    return next((line[key] for key in ("student", "login", "email", "name", "sis_id") if line.get(key)), "?")


def _plain(name: str) -> str:
    """Letters and digits alone, however the system that packed the folder wrote them."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name))).casefold()
