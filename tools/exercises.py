"""`make exercises`: writes exercises/ from solutions/ by nbgrader's own generate_assignment, byte for byte the same each time.

Arguments select topics by the beginning of the name. `exercises/variants.toml` tells a student's copy which variant is asked.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools import course
from tools.learner import cleared

ROOT = course.ROOT
VARIANTS = "variants.toml"


def generate(root: Path, into: Path, topics: list[str]) -> list[Path]:
    """The student versions of `topics` of the course at `root`, in `into`. Nothing else is touched, no gradebook stays behind.

    Raises: NbgraderFailed, for instance for a solution outside of an answer cell.
    """
    import nbformat

    with tempfile.TemporaryDirectory() as scratch:
        house = Path(scratch)
        (house / course.SOURCE).symlink_to((root / course.SOURCE).resolve(), target_is_directory=True)
        settings = course.config(house)
        settings.SaveCells.enabled, settings.GenerateAssignment.no_database = False, True  # nbgrader's own --no-db
        written = []
        for topic in topics:
            course.generate(topic, settings)
            for path in sorted((house / course.RELEASE / topic).rglob("*")):
                target = into / topic / path.relative_to(house / course.RELEASE / topic)
                if path.is_file():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    _settle(path, target, nbformat)
                    written.append(target)
    return written


def _settle(path: Path, target: Path, nbformat: Any) -> None:
    """Copy one generated file; a notebook with its metadata in order and nothing of a run left."""
    if path.suffix != ".ipynb":
        shutil.copyfile(path, target)
        return
    nbformat.write(normalise(nbformat.read(path, as_version=4)), target)


def normalise(notebook: Any) -> Any:
    """No outputs, counts or timing, keys in order; ids, tags and our own metadata stay."""
    notebook = cleared(notebook)
    notebook.metadata = {key: notebook.metadata[key] for key in sorted(notebook.metadata)}
    for cell in notebook.cells:
        cell.metadata = {key: _sorted(cell.metadata[key]) for key in sorted(cell.metadata)}
    return notebook


def _sorted(value: Any) -> Any:
    return {key: value[key] for key in sorted(value)} if isinstance(value, dict) else value


def write_variants(folder: Path, seed: int) -> None:
    """What a student's copy must know of the instructor's seeds: which variant is asked, and nothing more."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["# Written by `make exercises`: which variant of each exercise is asked.", f"variant_seed = {seed}"]
    (folder / VARIANTS).write_text("\n".join(lines) + "\n", encoding="utf-8")


def refresh(root: Path = ROOT, names: list[str] | None = None) -> list[Path]:
    """Write exercises/ anew: selected topics, and all that solutions/ no longer holds goes."""
    from reference.study.seeds import variant_seed

    known = course.topics(root)
    chosen = [topic for topic in known if not names or any(topic.startswith(name) for name in names)]
    if not chosen:
        raise SystemExit(f"no topic begins with {' or '.join(names or [])}; there are: {', '.join(known) or 'none'}")
    release = root / course.RELEASE
    with tempfile.TemporaryDirectory() as scratch:
        made = generate(root, Path(scratch), chosen)
        for stale in [release / topic for topic in chosen] + [path for path in _folders(release) if path.name not in known]:
            shutil.rmtree(stale, ignore_errors=True)
        shutil.copytree(scratch, release, dirs_exist_ok=True)
        written = [release / path.relative_to(scratch) for path in made]
    write_variants(release, variant_seed())
    return written


def _folders(release: Path) -> list[Path]:
    return [path for path in release.glob("*") if path.is_dir()]


def main(argv: list[str]) -> int:
    os.environ.pop("COURSE_VARIANT_SEED", None)
    for path in refresh(ROOT, argv):
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except course.NbgraderFailed as failed:
        sys.exit(f"nbgrader could not make the exercises:\n{failed}")
