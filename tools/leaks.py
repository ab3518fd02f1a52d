"""What students must not see, and whether it is somewhere: solutions, hidden tests, mark schemes, seeds.

A secret is every telling line between nbgrader's markers that stands in no public file of ours, and the region that holds it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tools import course, overlay
from tools.submissions import read

REGIONS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
MARKERS = tuple(f"### {edge} {region}" for region in REGIONS for edge in ("BEGIN", "END"))
TELLING = 24
"""Letters from which a line of a solution says more than Python's grammar; `return total` may stand anywhere."""


def secrets(root: Path) -> set[str]:
    """Texts that no student's file may hold, white space apart (see `squeezed`)."""
    regions = [
        region for path in sorted((root / course.SOURCE).glob("*/*.ipynb")) for cell in read(path) for region in regions_of(cell["source"])
    ]
    public = "\n".join(_public_lines(root))
    told = set()
    for region in regions:
        telling = {line for line in map(squeezed, region.splitlines()) if len(line) >= TELLING and line not in public}
        told |= telling | ({squeezed(region)} if telling else set())
    return told | {squeezed(text) for text in _private()}


def regions_of(source: str) -> Iterator[str]:
    """What stands between nbgrader's markers."""
    for region in REGIONS:
        yield from re.findall(rf"(?ms)^[^\n]*BEGIN {region}[^\n]*\n(.*?)^[^\n]*END {region}", source)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _public_lines(root: Path) -> set[str]:
    """Lines that a student may read anyway: in the reference, in the course's notebooks, in an exercise outside of its regions."""
    found: set[str] = set()
    for path in sorted(path for kind in ("py", "lua", "sql") for path in (root / "reference").rglob(f"*.{kind}")):
        found |= {squeezed(line) for line in path.read_text(encoding="utf-8").splitlines()}
    for path in [*sorted((root / "notebooks").glob("*.ipynb")), *sorted((root / course.SOURCE).glob("*/*.ipynb"))]:
        for cell in read(path):
            source = cell["source"]
            for region in regions_of(source):
                source = source.replace(region, "")
            found |= {squeezed(line) for line in source.splitlines()}
    return found


def _private() -> Iterator[str]:
    private = overlay.folder()
    for path in sorted([*private.glob("hidden/*.py"), *private.glob("mark_schemes/*.md")]) if private else []:
        yield path.read_text(encoding="utf-8")


def hidden_seeds(root: Path) -> list[int]:
    """The seeds of the hidden checks that the repository itself holds."""
    path = root / course.SOURCE / "seeds.toml"
    return list(tomllib.loads(path.read_text(encoding="utf-8")).get("hidden_seeds", [])) if path.is_file() else []


def search(files: Iterable[tuple[str, Path]], told: set[str]) -> list[str]:
    """A line for each file and secret that it holds, in any cell, output, metadata or plain text; empty when there is none."""
    found = []
    for name, path in files:
        if path.suffix == ".ipynb":
            texts = list(strings(json.loads(path.read_text(encoding="utf-8"))))
        else:
            try:
                texts = [path.read_text(encoding="utf-8")]
            except UnicodeDecodeError:  # Parquet, PNG
                continue
        found += [f"{name}: {says}" for says in _in(texts, told, path.suffix == ".ipynb" and name.startswith(course.RELEASE))]
    return found


def _in(texts: list[str], told: set[str], exercise: bool) -> list[str]:
    held = "\n".join(map(squeezed, texts))
    markers = [f"the marker {marker!r}" for marker in MARKERS if exercise and any(marker in text for text in texts)]
    return markers + [f"{secret[:60]!r}" for secret in sorted(told) if secret in held]


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys included; lines of a cell joined, so that a region is found whole."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(each, str) for each in value):
        yield "".join(value)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from strings(each)
