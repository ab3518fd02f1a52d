"""`my/`: what is new arrives, what the learner edited stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import learner

NAME = "notebooks/a.ipynb"


def notebook(*sources: str, outputs: bool = False, tags: tuple[str, ...] = ()) -> str:
    output = [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}] if outputs else []
    cells = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {"tags": list(tags)} | ({"execution": {"iopub.status.idle": "now"}} if outputs else {}),
            "execution_count": 7 if outputs else None,
            "outputs": output,
            "source": [source],
        }
        for number, source in enumerate(sources)
    ]
    metadata = {"widgets": {"state": "large"}} if outputs else {}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


class Desk:
    """A house and a learner's folder beside it."""

    def __init__(self, folder: Path) -> None:
        self.house, self.my = folder / "house", folder / "my"
        (self.house / "notebooks").mkdir(parents=True)

    def deliver(self, *sources: str, name: str = NAME, **options: object) -> learner.Report:
        path = self.house / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook(*sources, **options), encoding="utf-8")  # type: ignore[arg-type]
        return self.refresh()

    def edit(self, *sources: str, name: str = NAME, **options: object) -> None:
        (self.my / name).write_text(notebook(*sources, **options), encoding="utf-8")  # type: ignore[arg-type]

    def refresh(self) -> learner.Report:
        return learner.refresh(self.house, self.my)

    def sources(self, name: str = NAME) -> list[str]:
        return ["".join(cell["source"]) for cell in json.loads((self.my / name).read_text(encoding="utf-8"))["cells"]]

    def names(self) -> list[str]:
        files = [path for path in self.my.rglob("*") if path.is_file() and path.name != learner.MANIFEST]
        return sorted(path.relative_to(self.my).as_posix() for path in files)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_new_notebooks_arrive_with_outputs_cleared(desk: Desk) -> None:
    assert desk.deliver("1", outputs=True).new == [NAME]
    arrived = json.loads((desk.my / NAME).read_text(encoding="utf-8"))
    assert desk.sources() == ["1"] and "widgets" not in arrived["metadata"]
    [cell] = arrived["cells"]
    assert (cell["outputs"], cell["execution_count"], "execution" in cell["metadata"]) == ([], None, False)


def test_a_second_refresh_writes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.deliver("1")
    monkeypatch.setattr(learner, "_write", lambda path, content: pytest.fail(f"wrote {path}"))
    assert desk.refresh() == learner.Report() and desk.refresh().sentences() == []


def test_an_untouched_copy_follows_every_update(desk: Desk) -> None:
    desk.deliver("1")
    assert desk.deliver("2").updated == [NAME]
    assert desk.sources() == ["2"]


def test_running_a_notebook_is_not_editing_it(desk: Desk) -> None:
    desk.deliver("1")
    desk.edit("1", "", outputs=True)  # Lab appends an empty cell when the last one is run
    assert desk.refresh().updated == []
    assert "stdout" in (desk.my / NAME).read_text(encoding="utf-8"), "outputs are the learner's as long as nothing new comes"
    assert desk.deliver("2").updated == [NAME]
    assert desk.sources() == ["2"]


def test_a_change_of_tags_alone_arrives(desk: Desk) -> None:
    desk.deliver("1")
    assert desk.deliver("1", tags=("core",)).updated == [NAME]


def test_an_edited_copy_is_never_overwritten_and_the_new_version_comes_beside_it(desk: Desk) -> None:
    desk.deliver("1")
    desk.edit("mine")
    report = desk.deliver("2")
    assert desk.sources() == ["mine"] and desk.sources("notebooks/a.new.ipynb") == ["2"]
    assert report.sentences() == ["You edited notebooks/a.ipynb, so it stays as it is; the new version is beside it: notebooks/a.new.ipynb"]


def test_an_edit_without_a_new_version_is_left_in_peace(desk: Desk) -> None:
    desk.deliver("1")
    desk.edit("mine")
    assert desk.refresh().sentences() == [] and desk.names() == [NAME]


def test_the_version_beside_is_mentioned_as_long_as_it_is_there(desk: Desk) -> None:
    desk.deliver("1")
    desk.edit("mine")
    desk.deliver("2")
    assert len(desk.refresh().sentences()) == 1
    (desk.my / "notebooks/a.new.ipynb").unlink()
    assert desk.refresh().sentences() == [] and desk.names() == [NAME], "deleting it dismisses it"


def test_a_newer_version_replaces_the_one_beside(desk: Desk) -> None:
    desk.deliver("1")
    desk.edit("mine")
    desk.deliver("2")
    desk.deliver("3")
    assert desk.names() == [NAME, "notebooks/a.new.ipynb"] and desk.sources("notebooks/a.new.ipynb") == ["3"]


def test_a_version_beside_that_was_edited_stays_too(desk: Desk) -> None:
    desk.deliver("1")
    desk.edit("mine")
    desk.deliver("2")
    desk.edit("mine, merged", name="notebooks/a.new.ipynb")
    desk.deliver("3")
    assert desk.sources("notebooks/a.new.ipynb") == ["mine, merged"] and desk.sources("notebooks/a.new2.ipynb") == ["3"]
    assert learner.original("notebooks/a.new2.ipynb") == NAME


def test_taking_the_new_version_over_tidies_up(desk: Desk) -> None:
    desk.deliver("1")
    desk.edit("mine")
    desk.deliver("2")
    desk.edit("2")
    assert desk.refresh().sentences() == [] and desk.names() == [NAME]
    assert desk.deliver("3").updated == [NAME]


def test_a_deleted_copy_comes_back_fresh(desk: Desk) -> None:
    desk.deliver("1")
    desk.edit("mine")
    (desk.my / NAME).unlink()
    desk.refresh()
    assert desk.sources() == ["1"]


def test_what_the_course_drops_goes_unless_it_was_edited(desk: Desk) -> None:
    desk.deliver("1")
    desk.deliver("1", name="notebooks/b.ipynb")
    desk.edit("mine", name="notebooks/b.ipynb")
    for name in (NAME, "notebooks/b.ipynb"):
        (desk.house / name).unlink()
    report = desk.refresh()
    assert desk.names() == ["notebooks/b.ipynb"] and report.removed == [NAME] and report.orphaned == ["notebooks/b.ipynb"]
    assert desk.refresh().sentences() == [], "said once"


def test_the_learners_own_files_are_not_touched(desk: Desk) -> None:
    desk.deliver("1")
    (desk.my / "notebooks/own.ipynb").write_text("not even JSON")
    (desk.my / "progress.json").write_text("{}")
    desk.deliver("2")
    assert desk.names() == [NAME, "notebooks/own.ipynb", "progress.json"]
    assert (desk.my / "notebooks/own.ipynb").read_text() == "not even JSON"


def test_a_lost_manifest_overwrites_nothing(desk: Desk) -> None:
    desk.deliver("1")
    desk.edit("mine")
    (desk.my / learner.MANIFEST).write_text("{ broken")
    desk.deliver("2")
    assert desk.sources() == ["mine"] and desk.sources("notebooks/a.new.ipynb") == ["2"]


def test_a_copy_that_is_no_notebook_any_more_counts_as_edited(desk: Desk) -> None:
    desk.deliver("1")
    (desk.my / NAME).write_text("<<<<<<< merge")
    desk.deliver("2")
    assert (desk.my / NAME).read_text() == "<<<<<<< merge" and desk.sources("notebooks/a.new.ipynb") == ["2"]


def test_exercises_and_files_beside_notebooks_arrive_and_checkpoints_do_not(desk: Desk) -> None:
    desk.deliver("1", name="exercises/ids/e.ipynb")
    desk.deliver("1", name="notebooks/.ipynb_checkpoints/a-checkpoint.ipynb")
    (desk.house / "exercises/ids/table.csv").write_bytes(b"a,b\r\n")
    desk.refresh()
    assert desk.names() == ["exercises/ids/e.ipynb", "exercises/ids/table.csv"]
    assert (desk.my / "exercises/ids/table.csv").read_bytes() == b"a,b\r\n"
