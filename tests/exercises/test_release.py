"""`make release`: what a student gets, and what never leaves the house."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import start
from tests.exercises import small_course
from tools import course, leaks, release


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("bundle") / "student.zip"
    release.build(course.ROOT, target)
    return target


def names(bundle: Path) -> list[str]:
    with zipfile.ZipFile(bundle) as opened:
        return [name.removeprefix(f"{release.NAME}/") for name in opened.namelist()]


def test_it_holds_the_course_the_exercises_and_what_starts_them(bundle: Path) -> None:
    held = set(names(bundle))
    assert {"start.py", "tools/lab.py", "requirements.lock", "exercises/variants.toml", "reference/study/task.py"} <= held
    assert {f"exercises/{topic}/{topic}.ipynb" for topic in course.topics()} <= held
    assert {f"notebooks/{path.name}" for path in (course.ROOT / "notebooks").glob("*.ipynb")} <= held


def test_it_holds_no_solutions_tests_history_or_tools_of_the_instructor(bundle: Path) -> None:
    kept = ("solutions", "tests", ".git", "grading", "my", ".venv", "nbgrader_config.py", "INSTRUCTORS.md", "tools/grade", "tools/overlay")
    assert [name for name in names(bundle) if name.startswith(kept) or "__pycache__" in name] == []


def test_its_readme_names_no_file_and_no_command_that_it_does_not_hold(bundle: Path) -> None:
    held = set(names(bundle))
    with zipfile.ZipFile(bundle) as opened:
        text = opened.read(f"{release.NAME}/README.md").decode()
    links = [target for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    assert links and set(links) <= held
    places = {name: place for name, place in start.PLACES.items() if name in re.findall(r"\bmake ([a-z-]+)", text)}
    assert set(places) == {"lab"} and all(any(name.startswith(place) for name in held) for place in places.values())
    assert not re.search(r"INSTRUCTORS|CONTRIBUTING|solutions/|tests/", text)


def test_its_readme_lists_every_notebook_in_it(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as opened:
        text = opened.read(f"{release.NAME}/README.md").decode()
    assert all(f"| `{path.stem}` |" in text for path in (course.ROOT / "notebooks").glob("*.ipynb"))


def test_it_says_which_variant_it_asks_and_whose(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COURSE_OVERLAY", raising=False)
    assert release.handed_out(bundle) is not None and release.handed_out(tmp_path / "none.zip") is None
    assert "everybody can read" in release.whose()
    (tmp_path / "seeds.toml").write_text("variant_seed = 7\n")
    monkeypatch.setenv("COURSE_OVERLAY", str(tmp_path))
    assert str(tmp_path) in release.whose()


def test_no_secret_is_in_any_file_of_it(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as opened:
        opened.extractall(tmp_path)
    root = tmp_path / release.NAME
    listed = [(path.relative_to(root).as_posix(), path) for path in sorted(root.rglob("*")) if path.is_file()]
    assert leaks.search(listed, leaks.secrets(course.ROOT)) == []


def test_the_same_sources_give_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    release.build(course.ROOT, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()


def test_a_leak_stops_it_and_no_bundle_stands(tmp_path: Path) -> None:
    root = small_course.make(tmp_path / "course")
    (root / "notebooks").mkdir()
    (root / "notebooks" / "notes.md").write_text(f"try this: {small_course.ANSWERS['small-double']}")
    with pytest.raises(release.Leak, match=r"notebooks/notes\.md"):
        release.build(root, tmp_path / "out.zip")
    assert not (tmp_path / "out.zip").exists()


@pytest.mark.slow
def test_the_students_copy_works_by_itself(bundle: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(bundle, tmp_path)
    root = tmp_path / release.NAME
    code = (
        "from reference.study import check, reveal; from reference.study.seeds import variant_seed, hidden_seeds; "
        "print(variant_seed(), hidden_seeds())"
    )
    line, environment = [sys.executable, "-c", code], {"PYTHONPATH": str(root)}
    ran = subprocess.run(line, cwd=root, capture_output=True, text=True, timeout=120, check=True, env=environment)
    assert ran.stdout.split()[1] == "()"
