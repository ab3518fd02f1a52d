"""`make release`: dist/design-twitter-student.zip, all that a student needs and nothing else: no solutions, no hidden tests, no history.

What goes in is listed, so that a new folder of the instructor's stays at home. The README is the students' own (docs/README_student.md).
The same sources give the same bytes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from reference.study import seeds
from tools import course, exercises, leaks

ROOT = course.ROOT
NAME = "design-twitter"
BUNDLE = ROOT / "dist" / f"{NAME}-student.zip"
FOLDERS = ("notebooks", "reference", "datasets", "docs", "tools/jupyter")
FILES = (
    "start.py", "Makefile", "LICENSE", "pyproject.toml", "requirements.lock", "requirements-test.lock", "environment.yml",
    "postBuild", "tools/__init__.py", "tools/lab.py", "tools/learner.py",
)  # fmt: skip
STUDENTS_README = "docs/README_student.md"
TABLE = "| notebook | core | the question |\n|---|---|---|\n"
LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}
MOMENT = (1980, 1, 1, 0, 0, 0)


class Leak(Exception):
    """The bundle would hold what students must not see; the message says where."""


def contents(root: Path) -> Iterator[tuple[str, Path]]:
    """(name in the bundle, file) of all that is copied as it is; files that git ignores stay out."""
    tracked = _known_to_git(root)
    named = [root / name for name in FILES] + [path for folder in FOLDERS for path in sorted((root / folder).rglob("*"))]
    for path in named:
        inside = path.relative_to(root)
        if (
            path.is_file()
            and not LEFT_OUT & set(inside.parts)
            and path.suffix != ".pyc"
            and inside.as_posix() != STUDENTS_README
            and (tracked is None or inside.as_posix() in tracked)
        ):
            yield inside.as_posix(), path


def readme(root: Path) -> str:
    """The students' README: its own text, with the table of notebooks that the course's README has."""
    own, house = ((root / name).read_text(encoding="utf-8") for name in (STUDENTS_README, "README.md"))
    return own.replace(TABLE, TABLE + house.partition(TABLE)[2].partition("\n\n")[0] + "\n")


def handed_out(bundle: Path) -> int | None:
    """The variant that a bundle asks; None where there is no bundle."""
    if not bundle.is_file():
        return None
    with zipfile.ZipFile(bundle) as opened:
        told = tomllib.loads(opened.read(f"{NAME}/{course.RELEASE}/{seeds.VARIANTS}").decode())
    return int(told["variant_seed"])


def _known_to_git(root: Path) -> set[str] | None:
    """What git tracks or would track; None where this is no working copy."""
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=root, capture_output=True, check=False)
    return {name.decode() for name in listing.stdout.split(b"\0") if name} if listing.returncode == 0 and listing.stdout else None


def build(root: Path, target: Path) -> list[str]:
    """Write the bundle to `target`; returns the names in it. Raises: Leak; NbgraderFailed when the exercises cannot be made."""
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch)
        exercises.generate(root, made, course.topics(root))
        exercises.write_variants(made, seeds.variant_seed())
        fresh = [(f"{course.RELEASE}/{path.relative_to(made).as_posix()}", path) for path in sorted(made.rglob("*")) if path.is_file()]
        if (root / STUDENTS_README).is_file():
            (made / "README.md").write_text(readme(root), encoding="utf-8")
            fresh.append(("README.md", made / "README.md"))
        listed = [*contents(root), *fresh]
        found = leaks.search(listed, leaks.secrets(root))
        if found:
            raise Leak("\n".join(found))
        _write(target, listed)
    return [name for name, _ in listed]


def _write(target: Path, listed: list[tuple[str, Path]]) -> None:
    """Whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, path in sorted(listed):
            entry = zipfile.ZipInfo(f"{NAME}/{name}", MOMENT)
            entry.external_attr = (0o755 if os.access(path, os.X_OK) else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, path.read_bytes())
    os.replace(part, target)


def main(argv: list[str]) -> int:
    target = Path(argv[0]).resolve() if argv else BUNDLE
    before, now = handed_out(target), seeds.variant_seed()
    names = build(ROOT, target)
    topics = sum(name.startswith(f"{course.RELEASE}/") and name.endswith(".ipynb") for name in names)
    print(
        f"{target}: {len(names)} files, {topics} exercises, {target.stat().st_size / 1e6:.1f} MB. Nothing of the solutions was found in it."
    )
    print(f"It asks variant {now}, {whose()}.")
    if before not in (None, now):
        print(f"The bundle that stood there asked variant {before}: who works on that one is graded by the wrong numbers.")
    return 0


def whose() -> str:
    """Where the seeds come from, in words."""
    private = seeds.overlay()
    if private and (private / seeds.SEEDS).is_file():
        return f"of {private / seeds.SEEDS}; grade with the same COURSE_OVERLAY"
    return "the repository's own, as are the hidden seeds: everybody can read them (INSTRUCTORS.md, 1)"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (Leak, course.NbgraderFailed) as failed:
        sys.exit(f"No bundle was made: {failed}")
