"""What DESIGN §3 and §4 ask of every notebook, read from the files."""

from __future__ import annotations

import json
import re
import statistics
from pathlib import Path
from typing import Any

import pytest

from tests.house import house
from tools.notebooks import KERNELSPEC, PLOTLY, PNG, WIDGET

NOTEBOOKS = sorted((house.ROOT / "notebooks").glob("*.ipynb"))
MOST_BYTES = 1_000_000
MOST_LINES_OF_A_CODE_CELL = 25
MEDIAN_LINES_OF_A_CODE_CELL = 5
MOST_LINES_OF_THE_SETUP_CELL = 6
COURSE_TAGS = {"core", "more", "setup", "predict", "claim-check", "quiz", "ladder", "yours", "hide-input"}
RUN_TAGS = {"nbval-ignore-output", "nbval-raises-exception", "raises-exception", "nbval-skip"}
PASSING = {"execution", "collapsed", "scrolled", "trusted", "widgets"}

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def load(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in load(path)["cells"] if cell["cell_type"] == "code"]


def lines(cell: dict[str, Any]) -> int:
    return len([line for line in "".join(cell["source"]).splitlines() if line.strip()])


@every_notebook
def test_it_is_small(path: Path) -> None:
    assert path.stat().st_size < MOST_BYTES


@every_notebook
def test_code_cells_are_short(path: Path) -> None:
    sizes = {cell["id"]: lines(cell) for cell in code_cells(path)}
    assert {name: size for name, size in sizes.items() if size > MOST_LINES_OF_A_CODE_CELL} == {}
    assert statistics.median(sizes.values()) <= MEDIAN_LINES_OF_A_CODE_CELL


@every_notebook
def test_the_setup_cell_is_short(path: Path) -> None:
    assert lines(code_cells(path)[0]) <= MOST_LINES_OF_THE_SETUP_CELL


@every_notebook
def test_cell_ids_mean_something_and_are_unique(path: Path) -> None:
    ids = [cell["id"] for cell in load(path)["cells"]]
    meaningless = [name for name in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or re.fullmatch(r"[0-9a-f-]{8,}", name)]
    assert not meaningless and len(set(ids)) == len(ids)


@every_notebook
def test_every_code_cell_was_executed_in_order(path: Path) -> None:
    cells = [cell for cell in code_cells(path) if "nbval-skip" not in cell["metadata"].get("tags", [])]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1)), "make notebooks"


@every_notebook
def test_nothing_that_changes_by_itself_is_stored(path: Path) -> None:
    notebook = load(path)
    passing = PASSING & set(notebook["metadata"])
    passing |= {f"{cell['id']}: {key}" for cell in notebook["cells"] for key in PASSING & set(cell["metadata"])}
    passing |= {f"{cell['id']}: {WIDGET}" for cell in code_cells(path) for output in cell["outputs"] if WIDGET in output.get("data", {})}
    assert not passing and notebook["metadata"]["kernelspec"] == KERNELSPEC


@every_notebook
def test_no_output_is_an_error_that_was_not_meant(path: Path) -> None:
    meant = {"raises-exception", "nbval-raises-exception"}
    errors = [
        cell["id"]
        for cell in code_cells(path)
        for output in cell["outputs"]
        if output["output_type"] == "error" and not meant & set(cell["metadata"].get("tags", []))
    ]
    assert not errors


@every_notebook
def test_nothing_was_written_to_stderr(path: Path) -> None:
    assert not [cell["id"] for cell in code_cells(path) for output in cell["outputs"] if output.get("name") == "stderr"]


@every_notebook
def test_nbval_is_told_by_tags_not_comments(path: Path) -> None:
    assert not [cell["id"] for cell in code_cells(path) if re.search(r"#.*(NBVAL_|PYTEST_VALIDATE)", "".join(cell["source"]))]


@every_notebook
def test_tags_are_known(path: Path) -> None:
    tags = {tag for cell in load(path)["cells"] for tag in cell["metadata"].get("tags", [])}
    assert tags <= COURSE_TAGS | RUN_TAGS


@every_notebook
def test_outputs_hold_no_bare_object_and_no_folder_of_a_machine(path: Path) -> None:
    outputs = json.dumps([_without_pictures(output) for cell in code_cells(path) for output in cell["outputs"]])
    assert not re.findall(r" at 0x[0-9a-f]+>|/tmp/[\w/.-]+", outputs)


@every_notebook
def test_every_figure_has_a_picture_for_readers_on_github(path: Path) -> None:
    outputs = [output.get("data", {}) for cell in code_cells(path) for output in cell["outputs"]]
    assert all(PNG in data for data in outputs if PLOTLY in data), "make notebooks"


@every_notebook
def test_it_opens_with_a_title_and_the_question(path: Path) -> None:
    first = load(path)["cells"][0]
    source = "".join(first["source"])
    assert first["cell_type"] == "markdown" and source.startswith("# ") and re.search(r"\*\*[^*]+\?\*\*", source)


def _without_pictures(output: dict[str, Any]) -> dict[str, Any]:
    return {**output, "data": {key: value for key, value in output.get("data", {}).items() if key != PNG}}
