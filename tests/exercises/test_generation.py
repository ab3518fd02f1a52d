"""`make exercises`: nbgrader's own generation, the same bytes each time, and nothing in it that students must not see."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from reference.study import seeds
from tests.exercises import small_course
from tools import course, exercises, leaks

REAL = course.topics()


def test_a_stub_takes_the_place_of_the_solution_and_the_rest_of_the_cell_stays(small: Path) -> None:
    cell = small_course.find(small_course.release(small), "small-double")
    assert cell.source == '"""Twice the number."""\n# YOUR CODE HERE\nraise NotImplementedError()'


def test_hidden_tests_and_mark_schemes_are_gone_and_public_ones_are_there(small: Path) -> None:
    release = small_course.release(small)
    assert small_course.find(release, "small-sum-grade").source == "assert total([1, 2]) == 3\nNone"
    assert small_course.find(release, "small-essay").source == "Say why."


def test_ids_tags_and_metadata_of_ours_are_kept_and_outputs_are_not(small: Path) -> None:
    release, source = small_course.release(small), small_course.source()
    assert [cell.id for cell in release.cells] == [cell.id for cell in source.cells]
    assert [cell.metadata.get("tags") for cell in release.cells] == [cell.metadata.get("tags") for cell in source.cells]
    assert release.metadata.course == source.metadata.course
    assert all(cell.outputs == [] and cell.execution_count is None for cell in release.cells if cell.cell_type == "code")


def test_locked_cells_cannot_be_edited_or_deleted(small: Path) -> None:
    about = small_course.find(small_course.release(small), "small-sum-grade").metadata
    assert (about["deletable"], about["editable"]) == (False, False)


def test_generating_again_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    [made] = exercises.generate(small, tmp_path, [small_course.TOPIC])
    assert made.read_bytes() == (small / "exercises" / small_course.TOPIC / made.name).read_bytes()


def test_generation_leaves_no_gradebook_behind(small: Path) -> None:
    assert not list(small.rglob("*.db"))


def test_a_solution_outside_of_an_answer_cell_is_refused(tmp_path: Path) -> None:
    root = small_course.make(tmp_path)
    path = root / "solutions" / small_course.TOPIC / f"{small_course.TOPIC}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = "### BEGIN SOLUTION\nimport math\n### END SOLUTION"
    nbformat.write(notebook, path)
    with pytest.raises(course.NbgraderFailed, match="non-solution cell"):
        exercises.generate(root, tmp_path / "out", [small_course.TOPIC])


def test_students_learn_the_variant_and_no_other_seed(tmp_path: Path) -> None:
    exercises.write_variants(tmp_path, 3)
    lines = (tmp_path / exercises.VARIANTS).read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["variant_seed = 3"]


def test_what_the_sources_no_longer_hold_goes(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exercises, "generate", lambda root, into, topics: [])
    root = small_course.make(tmp_path)
    (root / "exercises" / "06_gone").mkdir(parents=True)
    exercises.refresh(root)
    assert not (root / "exercises" / "06_gone").exists() and (root / "exercises" / exercises.VARIANTS).exists()


def test_a_topic_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no topic begins with 99; there are: 07z_small"):
        exercises.refresh(small_course.make(tmp_path), ["99"])


# -- whether a secret is somewhere -------------------------------------------------------------------------------------------------------


def held(small: Path, notebook: object, tmp_path: Path) -> list[str]:
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return leaks.search([("exercises/n.ipynb", path)], leaks.secrets(small))


def test_the_release_holds_no_secret(small: Path, tmp_path: Path) -> None:
    assert held(small, small_course.release(small), tmp_path) == []


@pytest.mark.parametrize("place", ["cell", "output", "metadata", "attachment"])
def test_a_secret_is_found_wherever_it_is(small: Path, tmp_path: Path, place: str) -> None:
    notebook = small_course.release(small)
    cell = small_course.find(notebook, "small-double")
    if place == "cell":
        cell.source = f"x = 1\n{small_course.SECRET_LINE}"
    elif place == "output":
        cell.outputs = [nbformat.v4.new_output("stream", text=small_course.SECRET_LINE)]
    elif place == "metadata":
        cell.metadata["note"] = {small_course.SECRET_LINE: 1}
    else:
        notebook.cells[0].attachments = {"a.txt": {"text/plain": small_course.SCHEME}}
    assert len(held(small, notebook, tmp_path)) == 1


def test_a_marker_left_in_an_exercise_is_found(small: Path, tmp_path: Path) -> None:
    notebook = small_course.release(small)
    notebook.cells[0].source += "\n### END HIDDEN TESTS"
    assert held(small, notebook, tmp_path) == ["exercises/n.ipynb: the marker '### END HIDDEN TESTS'"]


# -- the real exercises ------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("fresh")
    exercises.generate(course.ROOT, into, REAL)
    exercises.write_variants(into, seeds.variant_seed())
    return into


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_exercises_are_what_the_solutions_say(fresh: Path) -> None:
    stored, made = files(course.ROOT / "exercises"), files(fresh)
    assert stored.keys() == made.keys() and [name for name in made if made[name] != stored[name]] == [], "make exercises"


def test_no_exercise_holds_a_solution_a_hidden_test_or_a_mark_scheme() -> None:
    folder = course.ROOT / "exercises"
    listed = [(f"exercises/{path.relative_to(folder)}", path) for path in sorted(folder.rglob("*")) if path.is_file()]
    assert len(leaks.secrets(course.ROOT)) > 10 and leaks.search(listed, leaks.secrets(course.ROOT)) == []


def test_only_solutions_know_the_hidden_seeds() -> None:
    assert leaks.hidden_seeds(course.ROOT) and "hidden" not in (course.ROOT / "exercises" / exercises.VARIANTS).read_text()
