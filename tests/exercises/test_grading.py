"""`make grade`: what is collected, what is graded, and twelve submissions whose marks are known beforehand."""

from __future__ import annotations

import copy
import csv
import functools
import itertools
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from reference.study.hints import solution
from reference.study.task import task, tasks
from tests.exercises import small_course
from tests.exercises.small_course import ANSWERS, TOPIC, answered, find
from tools import calls, collect, course, exercises, grade, grade_one, gradebook, marks, release, submissions
from tools.alike import alike, form_of, given
from tools.sandbox_kernel import TAMPERED, SandboxedExecute

HALF = "name = 'snowflake'"


def cells(notebook: Any) -> list[dict[str, Any]]:
    return [{"cell_type": cell.cell_type, "source": cell.source, "metadata": cell.metadata} for cell in notebook.cells]


def rebuilt(small: Path, notebook: Any) -> tuple[Any, list[str]]:
    made, notes = collect.rebuild(small_course.release(small), cells(notebook))
    return made, [str(note) for note in notes]


# -- collecting: nothing of a student's but the answers runs ------------------------------------------------------------------------------


def test_answers_go_into_the_pristine_notebook_and_nothing_else_does(small: Path) -> None:
    handed_in = answered(small, ANSWERS)
    handed_in.cells.insert(1, new_code_cell("import os; os.abort()"))
    made, notes = rebuilt(small, handed_in)
    assert [cell.source for cell in made.cells] == [cell.source for cell in answered(small, ANSWERS).cells] and notes == []


def test_an_untouched_submission_is_the_release(small: Path) -> None:
    made, notes = rebuilt(small, small_course.release(small))
    assert find(made, "small-double") == find(small_course.release(small), "small-double") and notes == []


def test_scratch_calls_are_not_run_and_setup_cells_are(small: Path) -> None:
    made, _ = rebuilt(small, answered(small, ANSWERS))
    skipped = [cell.id for cell in made.cells if collect.SKIP in cell.metadata.get("tags", [])]
    assert skipped == ["small-double-scratch", "small-sum-scratch", "small-name-scratch"]


def test_a_changed_locked_cell_is_reported_and_the_original_graded(small: Path) -> None:
    handed_in = answered(small, ANSWERS)
    find(handed_in, "small-sum-grade").source = "pass"
    made, notes = rebuilt(small, handed_in)
    assert notes == ["altered small-sum-grade: a locked cell was changed; the original is graded"]
    assert find(made, "small-sum-grade").source == "assert total([1, 2]) == 3\nNone"


def test_deleted_cells_are_reported_and_a_deleted_answer_counts_as_not_attempted(small: Path) -> None:
    handed_in = answered(small, ANSWERS)
    gone = ("small-sum", "small-name-grade")
    handed_in.cells = [cell for cell in handed_in.cells if cell.metadata.get("nbgrader", {}).get("grade_id") not in gone]
    made, notes = rebuilt(small, handed_in)
    assert [note.split(":")[0] for note in notes] == ["deleted small-sum", "deleted small-name-grade"]
    assert "NotImplementedError" in find(made, "small-sum").source


@pytest.mark.parametrize("order", [0, 1])
def test_of_copies_with_one_id_the_one_that_was_edited_counts(small: Path, order: int) -> None:
    handed_in = answered(small, ANSWERS)
    stub = find(small_course.release(small), "small-sum").copy()
    place = next(index for index, cell in enumerate(handed_in.cells) if cell.id == "small-sum")
    handed_in.cells.insert(place + order, stub)
    made, notes = rebuilt(small, handed_in)
    assert find(made, "small-sum").source == ANSWERS["small-sum"]
    assert notes == ["duplicate small-sum: 2 cells bear this id; the last edited one counts"]


REFUSED = {
    "broken syntax": "def total(numbers:\n    return",
    "the reference": "from reference.twitter.ids import SnowflakeGenerator as total",
    "the judge": "import inspect\ntotal = sum",
    "the gradebook": "import sqlite3\ntotal = sum",
    "a file": "total = open('gradebook.db', 'w')",
    "a shell": "!rm -rf ~\ntotal = sum",
}


NOT_AS_READ = "d = {\n...: 1}\ntotal = sum"


def test_what_runs_is_what_was_read(small: Path) -> None:
    """IPython takes the prompt off the second line: the dict becomes a set."""
    _, notes = rebuilt(small, answered(small, ANSWERS | {"small-sum": NOT_AS_READ}))
    assert notes == ["refused small-sum: line 1: the notebook would run something else than it says"]


@pytest.mark.parametrize("source", ["x = [" + "1," * 8_000_000 + "]", "x = " + "1+" * 40_000 + "1", "x = " + "-" * 50_000 + "1"])
def test_an_answer_that_would_cost_the_graders_own_memory_is_refused_unread(small: Path, source: str) -> None:
    made, notes = rebuilt(small, answered(small, ANSWERS | {"small-sum": source}))
    assert [note.split(":")[0] for note in notes] == ["refused small-sum"] and len(find(made, "small-sum").source) < 30_000


@pytest.mark.parametrize("what", REFUSED)
def test_an_answer_that_the_gate_refuses_is_shown_and_not_run(small: Path, what: str) -> None:
    made, notes = rebuilt(small, answered(small, ANSWERS | {"small-sum": REFUSED[what]}))
    source = find(made, "small-sum").source
    assert [note.split(":")[0] for note in notes] == ["refused small-sum"]
    assert all(line.startswith(("#", "raise RuntimeError(")) for line in source.splitlines())
    assert all(f"# {line}" in source for line in REFUSED[what].splitlines())


def test_what_is_written_below_a_manual_task_comes_along_as_text(small: Path) -> None:
    handed_in = answered(small, ANSWERS)
    handed_in.cells += [new_markdown_cell("Because."), new_code_cell("1 / 0")]
    made, _ = rebuilt(small, handed_in)
    assert [(cell.cell_type, cell.source) for cell in made.cells[-2:]] == [("markdown", "Because."), ("markdown", "```python\n1 / 0\n```")]


PLACE = "*Your answer: double-click here.*"
ESSAYS: dict[str, tuple[list[Any], bool]] = {
    "as it was": ([new_markdown_cell(PLACE)], True),
    "the place deleted": ([], True),
    "empty cells more": ([new_markdown_cell(PLACE), new_code_cell(" \n")], True),
    "written in place": ([new_markdown_cell("Because.")], False),
    "written below": ([new_markdown_cell(PLACE), new_markdown_cell("Because.")], False),
    "code": ([new_markdown_cell(PLACE), new_code_cell("1 + 1")], False),
}


@pytest.mark.parametrize("name", ESSAYS)
def test_a_free_text_that_stands_as_it_was_handed_out_waits_for_nobody(small: Path, name: str) -> None:
    below, blank = ESSAYS[name]
    release, handed_in = small_course.release(small), small_course.release(small)
    release.cells.append(new_markdown_cell(PLACE))
    handed_in.cells += below
    assert collect.untouched(release, cells(handed_in)) == (["small-essay"] if blank else [])


def test_a_free_text_whose_question_was_changed_or_deleted_is_for_a_person(small: Path) -> None:
    changed, deleted = small_course.release(small), small_course.release(small)
    find(changed, "small-essay").source += "\nBecause."
    deleted.cells.remove(find(deleted, "small-essay"))
    assert [collect.untouched(small_course.release(small), cells(each)) for each in (changed, deleted)] == [[], []]


ACTIVE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "<javascript:alert(1)>",
    r"$\href{javascript:alert(1)}{x}$",
]


@pytest.mark.parametrize("text", ACTIVE)
def test_what_is_written_below_a_manual_task_is_no_script_in_an_instructors_browser(small: Path, text: str) -> None:
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    handed_in = answered(small, ANSWERS)
    handed_in.cells.append(new_markdown_cell(f"a < b, `x<y`\n\n{text}"))
    made, _ = rebuilt(small, handed_in)
    page = markdown2html_mistune(made.cells[-1].source)
    assert not re.search(r"<(script|img|a)\b|\\href", page) and "a &lt; b" in page


def test_ids_of_nobodys_are_few_and_cannot_write_on_the_screen(small: Path) -> None:
    handed_in = answered(small, ANSWERS)
    evil = "\x1b[2J\ud800\nada 9 of 9"
    about = [{"nbgrader": {"grade_id": name}} for name in (evil, *(f"z{n}" for n in range(1000)))]
    _, notes = collect.rebuild(
        small_course.release(small), [*cells(handed_in), *({**cells(handed_in)[0], "metadata": each} for each in about)]
    )
    assert str(notes[0]) == "unknown ?[2J? ada 9 of 9: no cell of this exercise; ignored"
    assert len(notes) == 6 and str(notes[-1]) == "unknown: 996 more ids of no cell of this exercise"


def test_ids_of_nobodys_are_ignored(small: Path) -> None:
    handed_in = answered(small, ANSWERS)
    handed_in.cells.append(new_code_cell("1", metadata={"nbgrader": small_course.nbgrader("forged", grade=True, points=99)}))
    made, notes = rebuilt(small, handed_in)
    assert notes == ["unknown forged: no cell of this exercise; ignored"] and len(made.cells) == len(small_course.release(small).cells) + 1


# -- finding ------------------------------------------------------------------------------------------------------------------------------


def put(path: Path, notebook: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def found(folder: Path, small: Path) -> tuple[list[tuple[str, str, str]], list[str]]:
    listed, homeless = submissions.find(folder, grade._ids(small))
    return [(each.student, each.topic, each.path.name) for each in listed], homeless


def test_submissions_are_found_in_every_layout_and_known_by_their_ids(small: Path, tmp_path: Path) -> None:
    notebook = small_course.release(small)
    for name in ("ada/whatever.ipynb", f"bob/{TOPIC}/{TOPIC}.ipynb", f"eve_{TOPIC}.ipynb", "ada/.ipynb_checkpoints/whatever.ipynb"):
        put(tmp_path / name, notebook)
    listed, homeless = found(tmp_path, small)
    assert (
        listed == [("ada", TOPIC, "whatever.ipynb"), ("bob", TOPIC, f"{TOPIC}.ipynb"), ("eve", TOPIC, f"eve_{TOPIC}.ipynb")]
        and homeless == []
    )


def test_names_of_downloads_from_canvas_and_moodle_are_the_same_for_every_exercise(small: Path, tmp_path: Path) -> None:
    flat = (
        f"doejane_4711_90001_{TOPIC}.ipynb",
        f"roejim_LATE_4712_90002_{TOPIC}-1.ipynb",
        f"Ann Lee_881_assignsubmission_file_{TOPIC}.ipynb",
    )
    for name in (*flat, f"Max Poe_882_assignsubmission_file_/{TOPIC}.ipynb", f"class_2026_01_{TOPIC}.ipynb"):
        put(tmp_path / name, small_course.release(small))
    assert [student for student, _, _ in found(tmp_path, small)[0]] == [
        "Ann_Lee",
        "Max_Poe",
        "class_2026_01",
        "doejane_4711",
        "roejim_4712",
    ]


def test_two_people_of_one_name_stay_two(small: Path, tmp_path: Path) -> None:
    for number in (881, 882):
        put(tmp_path / f"Ann Lee_{number}_assignsubmission_file_" / "x.ipynb", small_course.release(small))
    listed = [student for student, _, _ in found(tmp_path, small)[0]]
    assert listed == ["Ann_Lee_881_assignsubmission_file", "Ann_Lee_882_assignsubmission_file"]


def test_links_are_not_followed(small: Path, tmp_path: Path) -> None:
    put(tmp_path / "secret" / "x.ipynb", small_course.source())
    (tmp_path / "in" / "ada").mkdir(parents=True)
    (tmp_path / "in" / "ada" / "x.ipynb").symlink_to(tmp_path / "secret" / "x.ipynb")
    (tmp_path / "in" / "bob").symlink_to(tmp_path / "secret")
    assert found(tmp_path / "in", small) == ([], ["ada: no notebook in that folder", "bob: no notebook in that folder"])


def test_a_students_name_cannot_leave_its_folder(small: Path, tmp_path: Path) -> None:
    put(tmp_path / f"-..%2F[x] _{TOPIC}.ipynb", small_course.release(small))
    [(student, _, _)], _ = found(tmp_path, small)
    assert student == "2F_x"


def test_the_newest_of_two_notebooks_counts(small: Path, tmp_path: Path) -> None:
    for age, name in enumerate(("old.ipynb", "new.ipynb")):
        put(tmp_path / "ada" / name, small_course.release(small))
        os.utime(tmp_path / "ada" / name, (1000 + age, 1000 + age))
    [one], _ = submissions.find(tmp_path, grade._ids(small))
    assert (one.path.name, one.others) == ("new.ipynb", ("old.ipynb",))


def test_a_folder_without_any_notebook_is_named(small: Path, tmp_path: Path) -> None:
    put(tmp_path / "ada" / "deep" / "x.ipynb", small_course.release(small))
    for name in ("nia/my", ".cache", "bob"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "nia" / "my" / "progress.json").write_text("{}")
    assert found(tmp_path, small)[1] == ["bob: no notebook in that folder", "nia: no notebook in that folder"]


def test_what_canvas_calls_late_is_late(small: Path, tmp_path: Path) -> None:
    for name in (f"roejim_LATE_4712_90002_{TOPIC}.ipynb", f"doejane_4711_90001_{TOPIC}.ipynb", f"too_LATE_{TOPIC}.ipynb"):
        put(tmp_path / name, small_course.release(small))
    listed, _ = submissions.find(tmp_path, grade._ids(small))
    assert [each.student for each in listed if each.late] == ["roejim_4712"]


def test_a_file_that_belongs_to_nothing_is_named(small: Path, tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "essay.ipynb").write_text("not JSON")
    assert found(tmp_path, small) == ([], ["ada/essay.ipynb: it has no cell of any exercise"])


@pytest.mark.parametrize(
    "text", ["not JSON", "[]", '{"cells": 3}', '{"cells": [7]}', "[" * 100_000, '{"cells": [{"source": null, "metadata": 7}]}']
)
def test_whatever_a_file_holds_reading_it_ends_well(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.ipynb").write_text(text)
    try:
        assert all(set(cell) == {"cell_type", "source", "metadata"} for cell in submissions.read(tmp_path / "x.ipynb"))
    except submissions.Unreadable as error:
        assert str(error).startswith("it cannot be read as a notebook")


def test_a_notebook_with_a_byte_order_mark_is_read_and_half_a_character_can_be_written(tmp_path: Path) -> None:
    text = json.dumps({"cells": [{"cell_type": "code", "source": "x = '\ud800'"}]})
    (tmp_path / "x.ipynb").write_bytes(b"\xef\xbb\xbf" + text.encode())
    [cell] = submissions.read(tmp_path / "x.ipynb")
    assert cell["source"].encode() == b"x = '?'"


def test_millions_of_cells_are_not_built(tmp_path: Path) -> None:
    (tmp_path / "x.ipynb").write_text('{"cells":[' + "{}," * 100_000 + "{}]}")
    with pytest.raises(submissions.Unreadable, match="more than 2,000 cells"):
        submissions.read(tmp_path / "x.ipynb")


def test_a_file_name_that_is_no_text_can_be_shown(small: Path, tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/ada/\xff.ipynb")).write_text("no")
    assert found(tmp_path, small)[1] == ["ada/?.ipynb: it has no cell of any exercise"]


@pytest.mark.parametrize(("text", "taken"), [("2026-03-01 10:00:00 UTC", True), ("DROP TABLE", False), ("", False)])
def test_a_time_stamp_that_is_none_is_left_out(tmp_path: Path, text: str, taken: bool) -> None:
    (tmp_path / "timestamp.txt").write_text(text)
    assert grade_one._is_a_time(tmp_path / "timestamp.txt") is taken


# -- alike --------------------------------------------------------------------------------------------------------------------------------

LONG = """def total(numbers):
    found = 0
    for number in numbers:
        if number > 10 and number % 2 == 1:
            found += number * 1
        elif number > 5:
            found = found + number
    least, most = min(numbers, default=0), max(numbers, default=0)
    if most - least > 100 and len(numbers) > 2:
        found -= least + most
    return found
"""


def alikes(small: Path, tmp_path: Path, **answers: str) -> dict[str, list[str]]:
    for student, answer in answers.items():
        put(tmp_path / student / "x.ipynb", answered(small, {"small-sum": answer}))
    listed, _ = submissions.find(tmp_path, grade._ids(small))
    return {student: [str(note) for note in notes] for (student, _), notes in alike(listed, {TOPIC: small_course.release(small)}).items()}


def test_the_same_code_under_other_names_is_named_on_both_sides(small: Path, tmp_path: Path) -> None:
    renamed = "# mine\n" + LONG.replace("found", "s").replace("numbers", "xs").replace("(xs)", "(xs: list) -> int", 1)
    said = alikes(small, tmp_path, ada=LONG, bob=renamed, eve=LONG.replace("> 5", "> 6"), max="while True: (")
    same = "alike small-sum: the same code, but for names and comments, as "
    assert said == {"ada": [f"{same}bob"], "bob": [f"{same}ada"]}


def test_short_answers_are_alike_by_nature(small: Path, tmp_path: Path) -> None:
    assert alikes(small, tmp_path, ada=ANSWERS["small-sum"], bob=ANSWERS["small-sum"]) == {}


ALIKE_BY_NATURE = {"fanout-edge", "home-mend", "requirements-mend", "limit-bucket"}


def test_of_the_real_exercises_only_code_that_is_long_beyond_what_they_show_is_compared(tmp_path: Path) -> None:
    """Two hand in our solutions: what is named then is what would be named of any two."""
    known, released = tasks(), {topic: course.ROOT / "exercises" / topic / f"{topic}.ipynb" for topic in course.topics()}
    release = {topic: nbformat.read(path, as_version=4) for topic, path in released.items()}
    for student, topic in itertools.product(("ada", "bob"), release):
        notebook = copy.deepcopy(release[topic])
        for cell, about in course.cells_of(notebook):
            if about.get("solution"):
                cell.source = solution(known[about["grade_id"]])
        put(tmp_path / student / f"{topic}.ipynb", notebook)
    listed = [submissions.Submission(name, topic, tmp_path / name / f"{topic}.ipynb") for name in ("ada", "bob") for topic in release]
    named = {note.grade_id for notes in alike(listed, release).values() for note in notes}
    assert named == {name for name, each in known.items() if each.kind == "code"} - ALIKE_BY_NATURE


def test_what_the_exercise_shows_is_nobodys_own() -> None:
    """Stubs, and the published code that is to be mended: to hand it back is to have written nothing."""
    for topic in course.topics():
        release = nbformat.read(course.ROOT / "exercises" / topic / f"{topic}.ipynb", as_version=4)
        shown = given(release)
        assert [cell.id for cell in release.cells if cell.cell_type == "code" and form_of(cell.source, shown)] == []


# -- calls --------------------------------------------------------------------------------------------------------------------------------


def behave(how: str) -> str:
    if how == "dies":
        os._exit(3)
    if how == "hangs":
        time.sleep(60)
    if how == "raises":
        raise ValueError("no")
    return how.upper()


def test_one_bad_call_never_stops_the_others() -> None:
    answers = {answer.job: (answer.value, answer.error) for answer in calls.each(behave, ["dies", "hangs", "raises", "works"], limit_s=2)}
    assert answers["works"] == ("WORKS", "") and answers["raises"] == (None, "ValueError: no")
    assert "exit code 3" in answers["dies"][1] and "more than 2 s" in answers["hangs"][1]


# -- from a folder to marks ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(small: Path, sandboxed: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, Any]]]:
    """(the grading folder, student → report) of three small submissions."""
    handed_in = tmp_path_factory.mktemp("handed in")
    whole = answered(small, ANSWERS)
    whole.cells.append(new_markdown_cell("Because."))
    put(handed_in / "perfect" / "a.ipynb", whole)
    put(handed_in / "half" / "a.ipynb", answered(small, {"small-name": "import inspect\n" + HALF, "small-sum": ANSWERS["small-sum"]}))
    (handed_in / "torn").mkdir()
    (handed_in / "torn" / f"{TOPIC}.ipynb").write_text('{"cells": [')
    place = tmp_path_factory.mktemp("grading")
    return place, {report["student"]: report for report in grade.grade_folder(handed_in, small, place)}


def test_marks_are_what_the_hidden_and_public_tests_say(graded: tuple[Path, dict[str, dict[str, Any]]]) -> None:
    _, reports = graded
    assert {name: report["score"] for name, report in reports.items()} == {"perfect": 9.0, "half": 3.0, "torn": 0.0}
    assert [reports[name]["error"] for name in ("perfect", "half")] == ["", ""]
    assert all(reports[name]["seconds"] > 0 for name in ("perfect", "half"))


def test_a_notebook_that_cannot_be_read_has_no_mark_and_is_asked_for_again(graded: tuple[Path, dict[str, dict[str, Any]]]) -> None:
    place, reports = graded
    assert reports["torn"]["error"].startswith("it cannot be read as a notebook (JSONDecodeError")
    line = grade.sentence(reports["torn"])
    assert "NOT GRADED, look at it: it cannot be read" in line and line.endswith(": ask for it again")
    with gradebook.open_gradebook(place / "gradebook.db") as book:
        assert all(mark.needs_manual_grade for mark in book.find_submission_notebook(TOPIC, TOPIC, "torn").grades)


def test_a_person_is_asked_to_mark_what_was_written_and_nothing_else(graded: tuple[Path, dict[str, dict[str, Any]]]) -> None:
    place, reports = graded
    assert (reports["perfect"]["marks"]["small-essay"], reports["half"]["marks"]["small-essay"]) == (None, 0.0)
    assert "by hand: small-essay" in grade.sentence(reports["perfect"]) and "by hand" not in grade.sentence(reports["half"])
    with gradebook.open_gradebook(place / "gradebook.db") as book:
        waits = {name: book.find_grade("small-essay", TOPIC, TOPIC, name).needs_manual_grade for name in ("perfect", "half")}
    assert waits == {"perfect": True, "half": False}


def test_a_kernel_that_ran_in_this_process_before_holds_up_no_call(small: Path, sandboxed: None, tmp_path: Path) -> None:
    """Its sockets' threads are no part of a fork: a call forked from here would wait for them for ever."""
    before = SandboxedExecute().preprocess(nbformat.v4.new_notebook(cells=[new_code_cell("1 + 1")]), {"metadata": {}})[0]
    assert before.cells[0].outputs[0].data == {"text/plain": "2"}
    put(tmp_path / "in" / "ada" / "x.ipynb", answered(small, ANSWERS))
    [report] = grade.grade_folder(tmp_path / "in", small, tmp_path / "grading")
    assert (report["score"], report["error"]) == (9.0, "")


def ends_the_process_that_grades(job: grade_one.Job) -> grade_one.Graded:
    os.kill(os.getppid(), signal.SIGKILL)
    return grade_one.Graded()


def test_should_the_process_that_grades_end_nobody_is_left_out_or_has_a_mark(small: Path, sandboxed: None, tmp_path: Path) -> None:
    for name in ("ada", "bob"):
        put(tmp_path / "in" / name / "x.ipynb", answered(small, ANSWERS))
    reports = list(grade.grade_folder(tmp_path / "in", small, tmp_path / "grading", workers=1, call=ends_the_process_that_grades))
    assert {report["student"] for report in reports} == {"ada", "bob"}
    assert {report["error"] for report in reports} == {"the process that grades ended before this notebook's turn"}


def test_who_is_late_is_named_and_loses_what_the_instructors_late_policy_takes(sandboxed: None, tmp_path: Path) -> None:
    root, place, handed_in = small_course.make(tmp_path / "course"), tmp_path / "grading", tmp_path / "in"
    exercises.generate(root, root / "exercises", [TOPIC])
    (root / grade.SETTINGS).write_text("c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\nc.Autograde.enabled = False\n")
    gradebook.prepare(root, place, [TOPIC])
    with gradebook.open_gradebook(place / "gradebook.db") as book:
        book.update_or_create_assignment(TOPIC, duedate="2026-03-01 10:00:00 UTC")
    for student, came in {"eve": "2026-03-02 11:30:00 UTC", "ada": "2026-03-01 09:59:00 UTC"}.items():
        put(handed_in / student / "x.ipynb", answered(root, ANSWERS))
        (handed_in / student / "timestamp.txt").write_text(came)
    put(handed_in / f"roejim_LATE_4712_90002_{TOPIC}.ipynb", answered(root, ANSWERS))
    notes = {report["student"]: report["notes"] for report in grade.grade_folder(handed_in, root, place)}
    assert notes == {
        "ada": [],
        "eve": ["late: handed in 1 day, 1:30:00 (h:min:s) after the due date; the late policy takes 9 points"],
        "roejim_4712": ["late: Canvas says so in the file's name"],
    }
    assert {name: given[TOPIC] for name, given in marks.read_marks(place / "gradebook.db").given.items()} == {
        "ada": 9.0, "eve": 0.0, "roejim_4712": 9.0,
    }  # fmt: skip


def stopped_by(ename: str, evalue: str = "") -> Any:
    """An answer that ends in this error, and its check that all the same found nothing wrong."""
    ended = nbformat.v4.new_output("error", ename=ename, evalue=evalue, traceback=[])
    right = nbformat.v4.new_output("execute_result", data={"text/plain": "4.0"}, execution_count=1)
    answer = {"nbgrader": small_course.nbgrader("a", solution=True)}
    check = {"nbgrader": small_course.nbgrader("a-grade", grade=True, points=4)}
    return nbformat.v4.new_notebook(
        cells=[new_code_cell("x", metadata=answer, outputs=[ended]), new_code_cell("y", metadata=check, outputs=[right])]
    )


@pytest.mark.parametrize(
    ("ename", "evalue", "note"),
    [
        ("CellTimeoutError", "", "timeout a: it did not stop within 30 s; the task has no marks"),
        ("NotRun", "it did not stop within 30 s", "timeout a: it did not stop within 30 s; the task has no marks"),
        ("NotRun", "it printed more than 1 MB", "stopped a: it printed more than 1 MB; the task has no marks"),
        ("ValueError", "it did not stop within 30 s", ""),
    ],
)
def test_an_answer_whose_cell_had_to_be_stopped_has_no_marks_whatever_it_had_defined(ename: str, evalue: str, note: str) -> None:
    from nbgrader.utils import determine_grade

    notebook, _ = grade_one.OnlyWhole().preprocess(stopped_by(ename, evalue), {})
    assert determine_grade(notebook.cells[1]) == ((0, 4.0) if note else (4.0, 4.0))
    assert list(map(str, grade_one.stopped(notebook.cells))) == ([note] if note else [])


def test_a_loop_does_not_hide_who_reached_for_the_judge(tmp_path: Path) -> None:
    notebook = stopped_by("CellTimeoutError")
    notebook.cells[1].outputs = [nbformat.v4.new_output("error", ename=TAMPERED, evalue="", traceback=[])]
    put(tmp_path / "n.ipynb", grade_one.OnlyWhole().preprocess(notebook, {})[0])
    with pytest.raises(grade_one.NotGraded, match="no mark of this notebook can be trusted"):
        grade_one._blame_ourselves(tmp_path / "n.ipynb")


@pytest.mark.parametrize(("handed_out", "graded"), [(None, 7), (7, 7), (3, 7)])
def test_a_variant_that_was_not_handed_out_is_not_graded(
    handed_out: int | None, graded: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "BUNDLE", tmp_path / "dist" / "student.zip")
    monkeypatch.setenv("COURSE_VARIANT_SEED", str(graded))
    if handed_out is not None:
        release.BUNDLE.parent.mkdir()
        with zipfile.ZipFile(release.BUNDLE, "w") as bundle:
            bundle.writestr(f"{release.NAME}/exercises/variants.toml", f"variant_seed = {handed_out}\n")
    if handed_out in (None, graded):
        assert grade.same_variant() == graded
        return
    with pytest.raises(SystemExit, match="the bundle in dist/ asks variant 3, and this shell grades variant 7: set COURSE_OVERLAY"):
        grade.main([str(tmp_path)])


def test_the_variant_that_was_graded_is_told_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(course, "ROOT", tmp_path)
    assert grade._close([], 7) == 0
    assert capsys.readouterr().out.startswith("0 notebooks of variant 7")


def test_what_was_noticed_is_reported_and_stands_in_the_gradebook(graded: tuple[Path, dict[str, dict[str, Any]]]) -> None:
    place, reports = graded
    assert "refused small-name" in reports["half"]["notes"][0]
    with gradebook.open_gradebook(place / "gradebook.db") as book:
        submission = book.find_submission_notebook(TOPIC, TOPIC, "half")
        comments = {comment.name: comment.auto_comment for comment in submission.comments}
        assert submission.score == 3.0 and comments["small-name"].startswith("refused: line 1")


def past_the_gate(job: grade_one.Job) -> grade_one.Graded:
    """As graded were there no gate; in the call's own process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade_one, "rebuild", functools.partial(collect.rebuild, gate=lambda name, source: []))
        return grade_one.grade(job)


def test_who_takes_the_judges_place_past_the_gate_has_no_mark_and_is_named(small: Path, sandboxed: None, tmp_path: Path) -> None:
    put(tmp_path / "in" / "eve" / "x.ipynb", answered(small, ANSWERS | {"small-sum": "match print:\n    case grade: pass"}))
    [report] = grade.grade_folder(tmp_path / "in", small, tmp_path / "grading", call=past_the_gate)
    assert report["error"] == "no mark of this notebook can be trusted: an answer changes the notebook.grade"
    assert report["score"] == 0 and "NOT GRADED, look at it" in grade.sentence(report)


def test_nbgraders_own_feedback_can_be_made_of_it(graded: tuple[Path, dict[str, dict[str, Any]]]) -> None:
    place, _ = graded
    stored = json.loads((place / "autograded" / "half" / TOPIC / f"{TOPIC}.ipynb").read_text())
    [output] = next(cell["outputs"] for cell in stored["cells"] if cell["id"] == "small-name")
    assert output["evalue"].startswith("line 1: imports `inspect`")


@pytest.mark.parametrize(
    ("metadata", "ename", "blamed"),
    [
        ({}, "ModuleNotFoundError", True),  # the setup cell
        ({"tags": ["raises-exception"]}, "NameError", False),  # a scratch call
        ({"nbgrader": small_course.nbgrader("a", solution=True)}, "ImportError", False),  # an answer
        ({"nbgrader": small_course.nbgrader("a", grade=True, points=1)}, "InvalidInput", True),  # no seeds were found
        ({"nbgrader": small_course.nbgrader("a", grade=True, points=1)}, "CheckFailed", False),
        ({}, "NotRun", False),  # no time was left
        ({"nbgrader": small_course.nbgrader("a", solution=True)}, "Tampered", True),  # who reached for the judge has no mark yet
    ],
)
def test_a_failure_of_the_course_is_no_mark_of_zero(tmp_path: Path, metadata: dict[str, Any], ename: str, blamed: bool) -> None:
    error = nbformat.v4.new_output("error", ename=ename, evalue="", traceback=[])
    put(tmp_path / "n.ipynb", nbformat.v4.new_notebook(cells=[new_code_cell("x", metadata=metadata, outputs=[error])]))
    try:
        grade_one._blame_ourselves(tmp_path / "n.ipynb")
        found = False
    except grade_one.NotGraded:
        found = True
    assert found is blamed


@pytest.mark.slow
def test_nbgraders_own_commands_run_on_our_settings_and_in_our_sandbox(small: Path, sandboxed: None, tmp_path: Path) -> None:
    root = small_course.make(tmp_path / "course")
    shutil.copy(course.ROOT / "nbgrader_config.py", root)
    (root / "tools").symlink_to(course.ROOT / "tools")
    handed_in = answered(small, ANSWERS)
    find(handed_in, "small-sum").source += "\nimport os\nassert not os.path.exists('/home') and not os.path.exists('/etc/passwd')"
    put(root / "grading" / "submitted" / "ada" / TOPIC / f"{TOPIC}.ipynb", handed_in)
    programs = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    for words in (
        ["generate_assignment", TOPIC],
        ["autograde", TOPIC],
        ["generate_feedback", TOPIC],
        ["export", "--to", "grading/out.csv"],
    ):
        line = [str(programs / "nbgrader"), *words]
        ran = subprocess.run(line, cwd=root, env=environment, capture_output=True, text=True, timeout=180, check=False)
        assert ran.returncode == 0, ran.stderr[-2000:]
    [row] = csv.DictReader((root / "grading" / "out.csv").read_text().splitlines())
    assert (row["student_id"], float(row["score"]), float(row["max_score"])) == ("ada", 9.0, 13.0)
    made = exercises.generate(root, tmp_path / "ours", [TOPIC])[0]
    assert nbformat.read(root / "exercises" / TOPIC / made.name, as_version=4) == nbformat.read(made, as_version=4)


# -- twelve submissions of the real Snowflake exercises -----------------------------------------------------------------------------------

REAL = "07a_snowflake_ids"
WORTH = {"snowflake-rate": 1.0, "snowflake-ids": 4.0, "snowflake-split": 2.0, "snowflake-mend": 4.0}
LOOP = "\n\nwhile True:\n    pass\n"
LOUD = "import numpy as np\n\nloud = np.array([1.0]) / 0\n\n"


def misconception(grade_id: str) -> str:
    return sorted((course.ROOT / "tests" / "misconceptions" / grade_id).glob("[!t]*.py"))[0].read_text(encoding="utf-8")


def solutions() -> dict[str, str]:
    return {name: solution(task(name)) for name in WORTH}


def submission(right: list[str], **other: str) -> Callable[[Any], None]:
    """A change of the released notebook: right answers in these cells, and what stands in `other` (underscores for dashes)."""

    def change(notebook: Any) -> None:
        known = solutions()
        for name in right:
            find(notebook, name).source = known[name]
        for name, source in other.items():
            find(notebook, name.replace("_", "-")).source = source

    return change


def duplicated(notebook: Any) -> None:
    submission(list(WORTH))(notebook)
    for name in ("snowflake-ids", "snowflake-rate-grade"):
        notebook.cells.append(nbformat.from_dict({**find(notebook, name), "id": f"{name}-copy"}))


def with_deleted_cells(notebook: Any) -> None:
    submission(list(WORTH))(notebook)
    for name in ("snowflake-split", "snowflake-ids-grade", "snowflake-workers"):
        notebook.cells.remove(find(notebook, name))


OTHERS = ["snowflake-rate", "snowflake-split", "snowflake-mend"]
WITHOUT_IDS = 7.0
TWELVE: dict[str, tuple[Callable[[Any], None], float]] = {
    "perfect": (submission(list(WORTH)), 11.0),
    "empty": (submission([]), 0.0),
    "half": (submission(["snowflake-rate", "snowflake-ids"]), 5.0),
    "wrong": (
        lambda nb: submission(["snowflake-ids"], **{f"snowflake_{x}": misconception(f"snowflake-{x}") for x in ("rate", "split", "mend")})(
            nb
        ),
        4.0,
    ),
    "syntax": (submission(OTHERS, snowflake_ids="class TweetIds(:\n    pass"), WITHOUT_IDS),
    "endless": (lambda nb: submission(OTHERS, snowflake_ids=solutions()["snowflake-ids"] + LOOP)(nb), WITHOUT_IDS),
    "duplicate": (duplicated, 11.0),
    "deleted": (with_deleted_cells, 9.0),
    "borrowed": (submission(OTHERS, snowflake_ids="from reference.twitter.ids import SnowflakeGenerator as TweetIds"), WITHOUT_IDS),
    "loud": (lambda nb: submission(list(WORTH), snowflake_rate=LOUD + solutions()["snowflake-rate"])(nb), 11.0),
    "curious": (submission(OTHERS, snowflake_ids="import inspect, reference.study.check as c\nprint(inspect.getsource(c))"), WITHOUT_IDS),
    "thief": (
        submission(
            OTHERS, snowflake_ids="import sqlite3\nsqlite3.connect('grading/gradebook.db').execute('update grade set auto_score = 99')"
        ),
        WITHOUT_IDS,
    ),
}
NOTED = {
    "syntax": "refused",
    "endless": "timeout",
    "duplicate": "duplicate",
    "deleted": "deleted",
    "borrowed": "refused",
    "curious": "refused",
    "thief": "refused",
}


@pytest.fixture(scope="module")
def twelve(sandboxed: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    handed_in, place = tmp_path_factory.mktemp("twelve"), tmp_path_factory.mktemp("grading of twelve")
    release = exercises.generate(course.ROOT, tmp_path_factory.mktemp("release"), [REAL])[0]
    for name, (change, _) in TWELVE.items():
        notebook = nbformat.read(release, as_version=4)
        change(notebook)
        put(handed_in / name / "x.ipynb", notebook)
    reports = {report["student"]: report for report in grade.grade_folder(handed_in, course.ROOT, place)}
    shutil.rmtree(handed_in)
    return reports


@pytest.mark.slow
@pytest.mark.parametrize("name", TWELVE)
def test_twelve_submissions_get_exactly_the_marks_they_should(twelve: dict[str, dict[str, Any]], name: str) -> None:
    report = twelve[name]
    print(grade.sentence(report))
    assert (report["score"], report["most"], report["error"]) == (TWELVE[name][1], 15.0, "")
    kinds = {note.split()[0].rstrip(":") for note in report["notes"]} - {"alike"}  # they share our solutions
    assert kinds == ({NOTED[name]} if name in NOTED else set())
    assert report["marks"]["snowflake-workers"] == (None if name == "deleted" else 0.0)  # nobody wrote a word


@pytest.mark.slow
def test_thirty_submissions_are_graded_and_the_time_of_each_is_known(small: Path, sandboxed: None, tmp_path: Path) -> None:
    for number in range(30):
        put(tmp_path / "in" / f"student{number:02}" / "x.ipynb", answered(small, ANSWERS))
    reports = list(grade.grade_folder(tmp_path / "in", small, tmp_path / "grading"))
    assert [report["score"] for report in reports] == [9.0] * 30
    print(f"{sum(report['seconds'] for report in reports) / 30:.1f} s per submission")


def test_a_job_can_go_to_another_process(small: Path, tmp_path: Path) -> None:
    job = grade_one.Job(submissions.Submission("ada", TOPIC, tmp_path), small_course.release(small), tmp_path)
    assert pickle.loads(pickle.dumps(job)) == job
