"""`make marks`: files that Canvas and Moodle import, from nbgrader's own gradebook."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell

from reference.study.task import tasks as known_tasks
from tests.exercises import small_course
from tests.exercises.small_course import TOPIC
from tools import course, gradebook, marks, overlay, tasks, viva
from tools.marks import Marks
from tools.roster import Roster, read_roster

MARKS = Marks({"07a": 15.0, "07b": 12.0}, {"ada": {"07a": 11.0, "07b": 7.5}, "bob": {"07a": 0.0}}, {"07a": ["ada", "bob"]})
NOTHING = Marks({"07a": 15.0}, {}, {})
CANVAS_EXPORT = """Student,ID,SIS User ID,SIS Login ID,Section,Homework (1234),Current Score
    Points Possible,,,,,10,(read only)
"Doe, Jane",4711,S1,jd1,One,,
"Müller, Jörg",4712,S2,jm1,One,,
"""
LAW = 'def laws(contract):\n    @contract.behaviour(why="w", hint="h")\n    def a_slip(judged):\n'
MOODLE_EXPORT = """First name,Last name,ID number,Institution,Department,Email address,Course total (Real)
Lea,Meyer,77,,,lea@x.edu,-
Jörg,Müller,78,,,jm@x.edu,-
Sam,Lee,79,,,s1@x.edu,-
Sam,Lee,80,,,s2@x.edu,-
"""


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


def roster_of(path: Path, text: str, submitted: list[str]) -> Roster:
    path.write_text(text, encoding="utf-8")
    return read_roster(path, submitted)


def test_canvas_gets_its_columns_points_possible_and_an_empty_cell_where_nothing_came() -> None:
    roster = Roster({"ada": {"name": "Lovelace, Ada", "canvas_id": "17", "sis_id": "S1", "login": "ada@x"}})
    assert marks.canvas(MARKS, roster) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "07a", "07b"],
        ["Points Possible", "", "", "", "", "15", "12"],
        ["Lovelace, Ada", "17", "S1", "ada@x", "", "11", "7.5"],
        ["bob", "", "", "", "", "0", ""],
    ]


def test_without_a_roster_the_students_name_stands_for_all() -> None:
    assert marks.canvas(MARKS, Roster())[2] == ["ada", "", "", "ada", "", "11", "7.5"]
    assert marks.moodle(MARKS, Roster())[:2] == [["Username", "Full name", "07a", "07b"], ["ada", "ada", "11", "7.5"]]


def test_every_line_for_moodle_tells_its_user_or_the_column_is_not_there() -> None:
    """Moodle takes a line without the value that users are known by for the user of the line above."""
    roster = Roster({"ada": {"email": "ada@x", "login": "a1"}, "bob": {"email": "bob@x", "login": ""}})
    assert marks.moodle(MARKS, roster)[0] == ["Email address", "Full name", "07a", "07b"]
    assert marks.notices(MARKS, roster) == []
    [said] = marks.notices(MARKS, Roster({"ada": {"login": "a1"}, "bob": {"login": ""}}))
    assert "no column to know users by: Username is missing for 1 (bob)" in said


def test_moodle_gets_no_line_for_a_stranger_who_would_stop_its_import() -> None:
    roster = Roster({"ada": {"email": "ada@x", "name": "Ada"}})
    assert marks.moodle(MARKS, roster) == [["Email address", "Full name", "07a", "07b"], ["ada@x", "Ada", "11", "7.5"]]
    [said] = marks.notices(MARKS, roster)
    assert said.startswith("not in the roster, so not in marks_moodle.csv: bob.")


def test_moodle_gets_a_dash_where_nothing_came() -> None:
    assert marks.moodle(NOTHING, Roster({"eve": {"email": "e@x"}}))[1] == ["e@x", "eve", "-"]


def test_a_student_of_the_roster_who_handed_in_nothing_has_a_line() -> None:
    assert marks.canvas(NOTHING, Roster({"eve": {}}))[2] == ["eve", "", "", "", "", ""]


def test_a_name_is_no_formula() -> None:
    assert marks.canvas(Marks({}, {"=cmd()": {}}, {}), Roster())[2][0] == "'=cmd()"


def test_the_summary_says_what_is_out_of_what_and_who_waits() -> None:
    assert marks.summary(MARKS) == [
        "07a                    of 15   2 handed in, 5.5 on average; a person has still to mark 2 (ada, bob)",
        "07b                    of 12   1 handed in, 7.5 on average",
    ]


def test_a_roster_of_ones_own_is_joined_by_its_column_student(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    assert roster_of(path, "\ufeffstudent,email\nada,a@x\n", ["ada"]).students == {"ada": {"student": "ada", "email": "a@x", "name": ""}}
    assert set(roster_of(path, "student;email\nada;a@x\n", ["ada"]).students) == {"ada"}


@pytest.mark.parametrize("written", ["Jörg Müller", "jörg müller", "Jo\u0308rg Mu\u0308ller"])
def test_a_name_with_spaces_and_umlauts_is_joined_as_it_is_written_anywhere(written: str, tmp_path: Path) -> None:
    assert set(roster_of(tmp_path / "roster.csv", f"student\n{written}\n", ["Jörg_Müller"]).students) == {"Jörg_Müller"}


def test_what_canvas_exports_is_a_roster_for_what_canvas_lets_one_download(tmp_path: Path) -> None:
    roster = roster_of(tmp_path / "export.csv", CANVAS_EXPORT, ["doejane_4711", "jm1"])
    assert {name: line["sis_id"] for name, line in roster.students.items()} == {"doejane_4711": "S1", "jm1": "S2"}
    assert set(roster_of(tmp_path / "export.csv", CANVAS_EXPORT, ["doejane_4712"]).students) == {"jd1", "jm1"}  # another's number


def test_what_moodle_exports_is_a_roster_and_two_of_one_name_are_joined_to_neither(tmp_path: Path) -> None:
    roster = roster_of(tmp_path / "export.csv", MOODLE_EXPORT, ["Lea_Meyer", "jm@x.edu", "Sam_Lee"])
    assert {name: line["sis_id"] for name, line in roster.students.items()} == {
        "Lea_Meyer": "77", "jm@x.edu": "78", "s1@x.edu": "79", "s2@x.edu": "80",
    }  # fmt: skip
    assert roster.ambiguous == ("Sam_Lee",)
    told = marks.notices(Marks({}, {"Sam_Lee": {}}, {}), roster)
    assert "joined to nobody, since names fit several: Sam_Lee" in told


def test_one_line_is_never_joined_to_two_students(tmp_path: Path) -> None:
    roster = roster_of(tmp_path / "export.csv", CANVAS_EXPORT, ["jd1", "doejane_4711"])
    assert roster.ambiguous == ("doejane_4711", "jd1")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"age\n7\n", "no column that names students"),
        (b"", "no column that names students"),
        (b"student\nada\nAda\n", "twice"),
        (b"student,email\n,a@x\n", "empty `student`"),
        ("student\nMüller\n".encode("latin-1"), "not UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_roster_that_cannot_be_used_says_what_to_do(content: bytes | None, says: str, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SystemExit, match=says):
        read_roster(path, ["ada"])


def test_marks_come_from_the_gradebook_and_what_waits_for_a_person_is_named(grading: Path) -> None:
    found = marks.read_marks(grading / "gradebook.db")
    assert found.possible == {TOPIC: 13.0}
    assert found.given == {"ada": {TOPIC: 9.0}, "bob": {TOPIC: 5.0}, "eve": {TOPIC: 0.0}}
    assert found.waiting == {TOPIC: ["ada", "bob", "eve"]}


def test_three_files_are_written_nbgraders_own_among_them(grading: Path) -> None:
    files, _, _ = marks.export(grading)
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


@pytest.mark.parametrize(
    ("law", "says"),
    [
        (
            'def laws(contract):\n    @contract.behaviour(why="w", hint="h")\n    def a_slip(judged):\n        judged.anser\n',
            "a slip (AttributeError",
        ),
        ("def laws(contract:\n", "SyntaxError"),
        ("def lows(contract): pass\n", "must define laws"),
        ("def laws(contract): pass\n", ""),
    ],
)
def test_a_private_law_that_would_fail_everybody_is_told_beforehand(
    law: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "snowflake-rate.py").write_text(law)
    monkeypatch.setenv("COURSE_OVERLAY", str(tmp_path))
    task = known_tasks()["snowflake-rate"]
    assert says in tasks.broken(task) and bool(says) == bool(tasks.broken(task))
    assert (tasks.FAILS in tasks.page(task, {})) == bool(says)


def test_a_private_file_that_bears_the_name_of_no_task_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong = ["hidden/snowflake-rate.py", "mark_schemes/snowflake-workers.md"], ["hidden/snowflake-rat.py", "mark_schemes/essay.md"]
    for name in [*right, *wrong]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    monkeypatch.setenv("COURSE_OVERLAY", str(tmp_path))
    assert tasks.unknown() == wrong


def test_a_reader_who_has_seen_enough_of_the_tasks_ends_them_quietly() -> None:
    line = [sys.executable, "-m", "tools.tasks", "07a"]
    with subprocess.Popen(line, cwd=course.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert (process.wait(timeout=60), process.stderr.read()) == (0, b"")


# -- feedback -----------------------------------------------------------------------------------------------------------------------------


def feedback(grading: Path) -> str:
    """ada's page, as `nbgrader generate_feedback` makes it from what was graded: the hidden tests and the mark scheme are in there."""
    from nbgrader.converters import GenerateFeedback

    notebook = small_course.source()
    notebook.cells.append(new_markdown_cell("words of hers\n### BEGIN MARK SCHEME\nhers"))
    folder = grading / "autograded" / "ada" / TOPIC
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / f"{TOPIC}.ipynb")
    settings = course.config(grading.parent, grading)
    course.run(GenerateFeedback, settings, TOPIC, "ada")
    return (grading / "feedback" / "ada" / TOPIC / f"{TOPIC}.html").read_text(encoding="utf-8")


def test_feedback_shows_neither_mark_scheme_nor_hidden_tests_and_all_that_the_student_wrote(grading: Path) -> None:
    page = feedback(grading)
    assert small_course.SCHEME not in page and "77001" not in page and "HIDDEN TESTS" not in page
    assert "Say why." in page and "words of hers" in page


def test_feedback_is_made_anew_whatever_page_is_there() -> None:
    assert course.config(course.ROOT).GenerateFeedback.force is True


# -- viva ---------------------------------------------------------------------------------------------------------------------------------


def test_everybody_who_handed_in_gets_questions_under_one_name(tmp_path: Path) -> None:
    handed_in = tmp_path / "handed_in"
    for name in ("bob/07a_snowflake_ids.ipynb", "Jörg Müller/my/progress.json", "doejane_LATE_4711_90001_07a_snowflake_ids.ipynb"):
        (handed_in / name).parent.mkdir(parents=True, exist_ok=True)
        (handed_in / name).write_text("{}")
    for name in ("doejane_4711_90002_progress.json", "Lea Meyer_123_assignsubmission_file/progress.json"):
        (handed_in / name).parent.mkdir(exist_ok=True)
        (handed_in / name).write_text("{}")
    (handed_in / "eve").mkdir()
    os.symlink(handed_in / "doejane_4711_90002_progress.json", handed_in / "eve" / "progress.json")
    found = {student: path is not None for student, path in viva.files(handed_in)}
    assert found == {"Jörg_Müller": True, "Lea_Meyer": True, "bob": False, "doejane_4711": True}
