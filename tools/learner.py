"""The learner's copies: what `make lab` does to `my/` before JupyterLab starts. Standard library only: a second start must cost nothing.

What was delivered is written down in `my/.delivered.json`. A copy whose sources still are what was delivered follows every update; one that
the learner edited is never touched: the new version arrives beside it. Running a notebook is no edit, so sources are compared, not bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

MANIFEST = ".delivered.json"
COURSES = ("notebooks", "exercises")


@dataclass
class Report:
    """What one refresh did, each a list of paths relative to `my/`."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """What the learner should read at the start; nothing when nothing happened."""
        lines = []
        if self.new or self.updated:
            lines.append(f"Your copies: {len(self.new)} new, {len(self.updated)} brought up to date.")
        lines += [f"You edited {original(name)}, so it stays as it is; the new version is beside it: {name}" for name in self.waiting]
        lines += [f"No longer part of the course, kept because you edited it: {name}" for name in self.orphaned]
        return lines


@dataclass(frozen=True)
class Delivery:
    """One upstream file as a learner gets it: `content`, and the `sources` by which an edit is recognised."""

    content: bytes

    @property
    def version(self) -> str:
        return _digest(self.content)

    @property
    def sources(self) -> str:
        return sources_digest(self.content)


def refresh(house: Path, my: Path) -> Report:
    """Bring `my/notebooks` and `my/exercises` up to what `house` delivers. Never overwrites or removes what the learner edited.

    Returns: what was done. Raises: OSError if `my` cannot be written.
    """
    report = Report()
    before = _read_manifest(my)
    after: dict[str, dict[str, Any]] = {}
    for name, path in delivered_files(house):
        after[name] = _deliver(my, name, Delivery(_as_delivered(path)), before.get(name, {}), report)
    for name in sorted(before.keys() - after.keys()):
        _retire(my, name, before[name], report)
    if after != before:
        _write(my / MANIFEST, json.dumps(after, indent=1, sort_keys=True).encode())
    return report


def delivered_files(house: Path) -> Iterator[tuple[str, Path]]:
    """(path as in `my/`, file) of all that a learner gets, hidden files and checkpoints left out."""
    for course in COURSES:
        for path in sorted((house / course).rglob("*")):
            name = path.relative_to(house)
            if path.is_file() and not any(part.startswith((".", "__")) for part in name.parts):
                yield name.as_posix(), path


def _deliver(my: Path, name: str, new: Delivery, was: dict[str, Any], report: Report) -> dict[str, Any]:
    """Settle one file; returns its entry for the manifest."""
    mine = my / name
    entry: dict[str, Any] = {"version": new.version, "sources": new.sources}
    if not mine.exists():
        _write(mine, new.content)
        report.new.append(name)
    else:
        found = sources_digest(mine.read_bytes())
        if found not in (new.sources, was.get("sources")):
            return _deliver_beside(my, name, new, was, report)
        if found == was.get("sources") and was.get("version") != new.version:
            _write(mine, new.content)
            report.updated.append(name)
    _drop_beside(my, was)
    return entry


def _deliver_beside(my: Path, name: str, new: Delivery, was: dict[str, Any], report: Report) -> dict[str, Any]:
    """The learner edited `name`: put a version they have not seen beside it, once. Deleting that file dismisses it."""
    entry = dict(was)
    if new.version not in (was.get("version"), was.get("beside_version")):
        _drop_beside(my, was)
        beside = _free_name(my, name)
        _write(my / beside, new.content)
        entry |= {"beside": beside, "beside_version": new.version, "beside_sources": new.sources}
        report.beside.append(beside)
    if entry.get("beside") and (my / entry["beside"]).exists():
        report.waiting.append(entry["beside"])
    return entry


def _drop_beside(my: Path, was: dict[str, Any]) -> None:
    """Take away a version beside that the learner did not edit."""
    path = my / was["beside"] if was.get("beside") else None
    if path and path.exists() and sources_digest(path.read_bytes()) == was["beside_sources"]:
        path.unlink()


def _retire(my: Path, name: str, was: dict[str, Any], report: Report) -> None:
    """`name` is no longer delivered: an unedited copy goes, an edited one becomes the learner's own."""
    _drop_beside(my, was)
    mine = my / name
    if not mine.exists():
        return
    if sources_digest(mine.read_bytes()) == was.get("sources"):
        mine.unlink()
        report.removed.append(name)
    else:
        report.orphaned.append(name)


def original(beside: str) -> str:
    """`notebooks/a.new2.ipynb` → `notebooks/a.ipynb`."""
    path = PurePosixPath(beside)
    return str(path.with_name(path.stem.rsplit(".new", 1)[0] + path.suffix))


def _free_name(my: Path, name: str) -> str:
    path = PurePosixPath(name)
    candidates = (f"{path.stem}.new{n or ''}{path.suffix}" for n in [0, *range(2, 1000)])
    return next(str(path.with_name(c)) for c in candidates if not (my / path.with_name(c)).exists())


# -- notebooks ---------------------------------------------------------------------------------------------------------------------------


def cleared(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook without outputs, execution counts, timing and widget state; changed in place and returned."""
    notebook.get("metadata", {}).pop("widgets", None)
    for cell in notebook["cells"]:
        cell.get("metadata", {}).pop("execution", None)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return notebook


def sources_digest(content: bytes) -> str:
    """Hash of what a learner can edit: a notebook's cells by type and source (not empty ones: Lab appends them), else the bytes."""
    try:
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(content)["cells"]]
    except (ValueError, KeyError, TypeError):
        return _digest(content.replace(b"\r\n", b"\n"))
    return _digest(json.dumps([cell for cell in cells if cell[1].strip()]).encode())


def _as_delivered(path: Path) -> bytes:
    if path.suffix != ".ipynb":
        return path.read_bytes()
    return json.dumps(cleared(json.loads(path.read_bytes())), indent=1, ensure_ascii=False).encode() + b"\n"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read_manifest(my: Path) -> dict[str, dict[str, Any]]:
    try:
        return dict(json.loads((my / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.part")
    scratch.write_bytes(content)
    os.replace(scratch, path)
