"""The instructor's private folder outside the repository (COURSE_OVERLAY): seeds, further hidden laws and mark schemes that win over ours.

seeds.toml                      variant_seed, hidden_seeds
hidden/<grade-id>.py            further laws of a task: a function laws(contract), see reference/study/hidden_laws.py
mark_schemes/<grade-id>.md      takes the place of a manual task's mark scheme
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tools import course
from tools.sandbox import Secrets

SCHEMES = "mark_schemes"
_REGION = re.compile(r"(?ms)^(?P<begin>[^\n]*BEGIN MARK SCHEME[^\n]*\n).*?(?P<end>^[^\n]*END MARK SCHEME)")


def folder() -> Path | None:
    """The private folder, if there is one. Raises: SystemExit when COURSE_OVERLAY names none."""
    from reference.study.seeds import overlay

    found = overlay()
    if found is not None and not found.is_dir():
        raise SystemExit(f"COURSE_OVERLAY is {found}, and there is no such folder")
    return found


def secrets() -> Secrets:
    """What a grading kernel must know and a student may not: seeds and further laws."""
    from reference.study.seeds import hidden_seeds, variant_seed

    private, seeds = folder(), hidden_seeds()
    environment = {"COURSE_VARIANT_SEED": str(variant_seed())}
    if seeds:
        environment["COURSE_HIDDEN_SEED"] = ",".join(map(str, seeds))
    laws = {path.stem: path.read_text(encoding="utf-8") for path in sorted((private / "hidden").glob("*.py"))} if private else {}
    return Secrets(environment, laws)


def sources(solutions: Path, into: Path) -> None:
    """A copy of solutions/ with the private mark schemes in place of the public ones."""
    import nbformat

    shutil.copytree(solutions, into, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    private = folder()
    for path in sorted((private / SCHEMES).glob("*.md")) if private else []:
        changed = 0
        for notebook_path in into.glob("*/*.ipynb"):
            notebook = nbformat.read(notebook_path, as_version=4)
            for cell, about in course.cells_of(notebook):
                if about["grade_id"] == path.stem:
                    cell["source"], changed = with_scheme(cell["source"], path.read_text(encoding="utf-8")), changed + 1
                    nbformat.write(notebook, notebook_path)
        if not changed:
            raise SystemExit(f"{path.name}: no task has the grade id {path.stem!r}")


def with_scheme(source: str, scheme: str) -> str:
    """The cell's source with `scheme` between the markers, which are added at the end where there are none."""
    if not _REGION.search(source):
        return f"{source.rstrip()}\n### BEGIN MARK SCHEME\n{scheme.strip()}\n### END MARK SCHEME"
    return _REGION.sub(lambda found: f"{found['begin']}{scheme.strip()}\n{found['end']}", source)
