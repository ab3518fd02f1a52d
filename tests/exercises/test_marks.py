"""`make marks`: files that Canvas and Moodle import, from nbgrader's own gradebook."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.exercises import small_course
from tests.exercises.small_course import TOPIC
from tools import gradebook, marks, overlay

POSSIBLE = {"07a": 15.0, "07b": 12.0}
MARKS = {"ada": {"07a": 11.0, "07b": 7.5}, "bob": {"07a": 0.0}}


@pytest.fixture(scope="module")
def grading(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook with ada's full marks, bob's half, and eve whose call failed."""
    place = tmp_path_factory.mktemp("marks")
    gradebook.prepare(small, place, [TOPIC])
    full = {f"{name}-grade": float(points) for name, points in small_course.POINTS.items()} | {"small-essay": None}
    book = place / "gradebook.db"
    gradebook.enter(book, TOPIC, "ada", full, {}, look=False)
    gradebook.enter(book, TOPIC, "bob", full | {"small-name-grade": 0.0}, {"small-name": "refused: no"}, look=False)
    gradebook.enter(book, TOPIC, "eve", {}, {}, look=True)
    return place


def test_canvas_gets_its_columns_points_possible_and_an_empty_cell_where_nothing_came() -> None:
    rows = marks.canvas(POSSIBLE, MARKS, {"ada": {"name": "Lovelace, Ada", "canvas_id": "17", "sis_id": "S1", "login": "ada@x"}})
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "07a", "07b"],
        ["Points Possible", "", "", "", "", "15", "12"],
        ["Lovelace, Ada", "17", "S1", "ada@x", "", "11", "7.5"],
        ["bob", "", "", "bob", "", "0", ""],
    ]


def test_moodle_gets_a_column_to_know_the_user_by_and_one_per_exercise() -> None:
    rows = marks.moodle(POSSIBLE, MARKS, {"ada": {"email": "ada@x", "name": "Ada"}})
    assert rows == [
        ["ID number", "Username", "Full name", "Email address", "07a", "07b"],
        ["", "ada", "Ada", "ada@x", "11", "7.5"],
        ["", "bob", "bob", "", "0", ""],
    ]


def test_a_student_of_the_roster_who_handed_in_nothing_has_a_line() -> None:
    assert marks.moodle(POSSIBLE, {}, {"eve": {}})[1] == ["", "eve", "eve", "", "", ""]


def test_a_name_is_no_formula() -> None:
    assert marks.canvas({}, {"=cmd()": {}}, {})[2][0] == "'=cmd()"


def test_a_roster_must_have_the_column_and_each_student_once(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("\ufeffstudent,email\nada,a@x\n", encoding="utf-8")
    assert marks.read_roster(path) == {"ada": {"student": "ada", "email": "a@x"}}
    path.write_text("name\nada\n")
    with pytest.raises(SystemExit, match="column `student`"):
        marks.read_roster(path)
    path.write_text("student\nada\nada\n")
    with pytest.raises(SystemExit, match="twice"):
        marks.read_roster(path)


def test_marks_come_from_the_gradebook_and_what_waits_for_a_person_is_named(grading: Path) -> None:
    possible, found, waiting = marks.read_marks(grading / "gradebook.db")
    assert possible == {TOPIC: 13.0}
    assert found == {"ada": {TOPIC: 9.0}, "bob": {TOPIC: 5.0}, "eve": {TOPIC: 0.0}}
    assert waiting == [f"{name}, {TOPIC}" for name in ("ada", "bob", "eve")]


def test_three_files_are_written_nbgraders_own_among_them(grading: Path) -> None:
    files, _ = marks.export(grading)
    assert [path.name for path in files] == ["marks_canvas.csv", "marks_moodle.csv", "grades.csv"]
    with files[2].open() as file:
        assert {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)} == {"ada": 9.0, "bob": 5.0, "eve": 0.0}


def test_a_regrade_keeps_what_a_person_gave_and_asks_to_look_again(grading: Path) -> None:
    book = grading / "gradebook.db"
    with gradebook.open_gradebook(book) as opened:
        opened.find_grade("small-essay", TOPIC, TOPIC, "ada").manual_score = 3.0
        opened.db.commit()
    gradebook.enter(book, TOPIC, "ada", {"small-double-grade": 2.0, "small-essay": None}, {}, look=False)
    with gradebook.open_gradebook(book) as opened:
        essay = opened.find_grade("small-essay", TOPIC, TOPIC, "ada")
        assert (essay.score, essay.needs_manual_grade) == (3.0, True)
        assert opened.find_submission(TOPIC, "ada").score == 5.0


def test_without_a_gradebook_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="make grade SUBMISSIONS=dir"):
        marks.export(tmp_path)


def test_the_gradebook_knows_the_hidden_tests_and_the_release_does_not(grading: Path, small: Path) -> None:
    with gradebook.open_gradebook(grading / "gradebook.db") as opened:
        assert small_course.HIDDEN["small-sum"] in opened.find_source_cell("small-sum-grade", TOPIC, TOPIC).source
    assert small_course.HIDDEN["small-sum"] not in str(small_course.release(small))


def test_a_private_mark_scheme_takes_the_place_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = small_course.make(tmp_path / "course")
    (tmp_path / "private" / "mark_schemes").mkdir(parents=True)
    (tmp_path / "private" / "mark_schemes" / "small-essay.md").write_text("my own levels")
    monkeypatch.setenv("COURSE_OVERLAY", str(tmp_path / "private"))
    overlay.sources(root / "solutions", tmp_path / "copy")
    text = (tmp_path / "copy" / TOPIC / f"{TOPIC}.ipynb").read_text()
    assert "my own levels" in text and small_course.SCHEME not in text and "END MARK SCHEME" in text


def test_a_private_folder_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COURSE_OVERLAY", str(tmp_path / "nowhere"))
    with pytest.raises(SystemExit, match="there is no such folder"):
        overlay.folder()
