"""What students handed in: which files there are, whose they are, and to which topic each belongs (by its grade ids, not by its name).

Layouts: `<student>/<anything>.ipynb`, nbgrader's own `<student>/<topic>/<topic>.ipynb`, flat `<student>_<topic>.ipynb`, and what Canvas
(`<name>_<user>_<submission>_<file>`) and Moodle (`<name>_<participant>_assignsubmission_file/<file>`) let one download. Their last numbers
differ from exercise to exercise, so they are no part of the student's name.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOST_BYTES, MOST_CELLS = 20_000_000, 2_000
MOST_SHOWN = 200
LATE = re.compile(r".+?_LATE_\d{3,}_\d{3,}_")
CANVAS = re.compile(r"(?P<student>.+?)(?:_LATE)?(?P<user>_\d{3,})_\d{3,}_")
MOODLE = re.compile(r"(?P<student>.+)_\d+_assignsubmission_file_?")


class Unreadable(Exception):
    """This file is no notebook; the message says why."""


@dataclass(frozen=True)
class Submission:
    """One notebook of one student. `others`: further files of the same student and topic, which do not count. `late`: Canvas says so."""

    student: str
    topic: str
    path: Path
    others: tuple[str, ...] = field(default=())
    late: bool = False


def read(path: Path) -> list[dict[str, Any]]:
    """Its cells, each with `cell_type`, `source` (one text) and `metadata`; nothing else of the file is believed. Raises: Unreadable."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(f"it is larger than {MOST_BYTES / 1e6:.0f} MB")
        found = json.loads(path.read_text(encoding="utf-8-sig"))
        if len(found["cells"]) > MOST_CELLS:
            raise Unreadable(f"it has more than {MOST_CELLS:,} cells")
        return [_cell(cell) for cell in found["cells"] if isinstance(cell, dict)]
    except (OSError, ValueError, KeyError, TypeError, RecursionError, MemoryError) as error:
        raise Unreadable(f"it cannot be read as a notebook ({type(error).__name__}: {str(error)[:100]})") from None


def shown(text: str, most: int = MOST_SHOWN) -> str:
    """A student's text for a terminal and a report: a line of at most `most` characters, none that steers or cannot be written."""
    line = "".join(each if each.isprintable() else "?" for each in " ".join(text[: 10 * most].split()))
    return line if len(line) <= most else f"{line[:most]} …"


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    metadata = cell.get("metadata")
    kind = cell.get("cell_type")
    return {
        "cell_type": kind if kind in ("code", "markdown", "raw") else "raw",
        "source": text.replace("\r\n", "\n").encode("utf-8", "replace").decode(),  # half a surrogate pair cannot be written
        "metadata": metadata if isinstance(metadata, dict) else {},
    }


def grade_id(cell: Mapping[str, Any]) -> str:
    """The cell's grade id, "" if it has none."""
    about = cell["metadata"].get("nbgrader")
    found = about.get("grade_id") if isinstance(about, dict) else None
    return found if isinstance(found, str) else ""


def find(folder: Path, ids: Mapping[str, frozenset[str]]) -> tuple[list[Submission], list[str]]:
    """All submissions under `folder`, and a sentence about every file and every student's folder that is none. `ids`: topic → grade ids."""
    found: dict[tuple[str, str], list[Path]] = {}
    listed = list(notebooks(folder))
    bare = _folders(folder) - {path.relative_to(folder).parts[0] for path in listed}
    homeless = [f"{shown(name)}: no notebook in that folder" for name in sorted(bare)]
    for path in listed:
        topic = _topic(path, ids)
        if topic is None:
            homeless.append(f"{shown(str(path.relative_to(folder)))}: it has no cell of any exercise")
        else:
            found.setdefault((_student(path.relative_to(folder), topic), topic), []).append(path)
    names = _names(found)
    return sorted((_newest(*names[key], paths) for key, paths in found.items()), key=lambda each: (each.student, each.topic)), homeless


def _names(found: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """(name as found, topic) → (student, topic). Two of one name in one of Moodle's exercises keep the numbers that tell them apart."""
    plain = {key: (_cleaned(MOODLE.sub(r"\g<student>", key[0])), key[1]) for key in found}
    several = {name for (name, _), count in Counter(plain.values()).items() if count > 1}
    return {key: key if name[0] in several else name for key, name in plain.items()}


def _folders(folder: Path) -> set[str]:
    """Folders right below `folder`, each of them a student's; links too, which are not followed and so hold nothing."""
    return {path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")}


def notebooks(folder: Path) -> Iterator[Path]:
    """Notebooks under `folder`; links are not followed, since they may lead anywhere."""
    for path in sorted(folder.rglob("*.ipynb")):
        inside = [path, *path.parents][: len(path.relative_to(folder).parts)]
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and not any(step.is_symlink() for step in inside):
            yield path


def _topic(path: Path, ids: Mapping[str, frozenset[str]]) -> str | None:
    try:
        mine = {grade_id(cell) for cell in read(path)}
    except Unreadable:
        mine = set()
    best = max(ids, key=lambda topic: len(mine & ids[topic]), default=None)
    if best is not None and mine & ids[best]:
        return best
    return next((topic for topic in ids if topic in (path.parent.name, path.stem) or topic in path.stem), None)


def _student(inside: Path, topic: str) -> str:
    """The first folder's name, or what stands before the topic in a flat file's name."""
    if len(inside.parts) > 1:
        return _cleaned(inside.parts[0])
    name = inside.stem.partition(topic)[0] or inside.stem
    canvas, moodle = CANVAS.match(name), MOODLE.match(name)
    return _cleaned(moodle[0] if moodle else canvas["student"] + canvas["user"] if canvas else name)


def _cleaned(name: str) -> str:
    return re.sub(r"[^\w@+.-]+", "_", name).strip("._- ") or "nobody"


def _newest(student: str, topic: str, paths: list[Path]) -> Submission:
    *others, last = sorted(paths, key=lambda path: (path.stat().st_mtime_ns, str(path)))
    return Submission(student, topic, last, tuple(path.name for path in others), bool(LATE.match(last.name)))
