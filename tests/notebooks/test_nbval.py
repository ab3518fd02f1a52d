"""The wiring of nbval: what it compares, what it forgives, and that it runs in this environment."""

from __future__ import annotations

import base64
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbval.plugin import get_sanitize_patterns

from tests.house import house
from tools import notebooks

SANITIZE = house.ROOT / "tests" / "notebooks" / "sanitize.cfg"
FIGURE = """import plotly.graph_objects as go
go.Figure(go.Bar(y=[1, 2]), layout={"title": "Two bars"}).show(renderer="plotly_mimetype")"""
PANEL = "import ipywidgets\nipywidgets.VBox([ipywidgets.IntSlider(), go.FigureWidget(go.Bar(y=[1, 2]))])"


def nbval(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(folder), str(folder)]
    command += ["--nbval", "--nbval-current-env", f"--nbval-sanitize-with={SANITIZE}"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return subprocess.run(command, capture_output=True, text=True, timeout=180, cwd=folder, env=environment)


def executed(folder: Path, *sources: str) -> Path:
    path = folder / "made.ipynb"
    path.unlink(missing_ok=True)
    cells = [new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
    nbformat.write(notebooks.normalise(notebooks.execute(new_notebook(cells=cells), folder)), path)
    return path


def change(path: Path, how: Any) -> None:
    notebook = nbformat.read(path, as_version=4)
    how(notebook)
    nbformat.write(notebook, path)


def test_every_rule_of_the_sanitize_file_is_read() -> None:
    """nbval drops a rule silently when a comment or a blank line separates its two lines."""
    text = SANITIZE.read_text(encoding="utf-8")
    rules = get_sanitize_patterns(text)
    assert len(rules) == len(re.findall(r"^\s*regex", text, re.MULTILINE)) == 1
    assert all(re.sub(regex, replace, replace) == replace for regex, replace in rules), "sanitising twice changes nothing"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook with a figure and a what-if panel, executed and stored."""
    return executed(tmp_path_factory.mktemp("made"), FIGURE, PANEL)


@pytest.mark.slow
def test_re_execution_changes_nothing_and_a_widget_leaves_no_random_ids(made: Path) -> None:
    first = made.read_bytes()
    assert b"widget-view" not in first and b"widget-state" not in first
    assert executed(made.parent, FIGURE, PANEL).read_bytes() == first


@pytest.mark.slow
def test_a_stored_preview_is_not_compared_and_a_figure_is(made: Path) -> None:
    def add_preview(notebook: Any) -> None:
        notebook.cells[0].outputs[0].data["image/png"] = "iVBORw0KGgo="

    def tamper(notebook: Any) -> None:
        notebook.cells[0].outputs[0].data[notebooks.PLOTLY]["layout"]["title"]["text"] = "Three bars"

    tampered = made.with_name("tampered.ipynb")
    shutil.copy(made, tampered)
    change(made, add_preview)
    change(tampered, tamper)
    found = nbval(made.parent)
    assert "1 failed, 3 passed" in found.stdout and "tampered.ipynb::Cell 0" in found.stdout, found.stdout


def test_a_notebook_that_leaves_files_behind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"left files in .*rubbish\.txt"):
        executed(tmp_path, "open('rubbish.txt', 'w').close()")


def test_a_notebook_that_fails_stays_as_it_was(tmp_path: Path) -> None:
    path = executed(tmp_path, "1 + 1")
    change(path, lambda notebook: notebook.cells.append(new_code_cell("1 / 0", id="boom")))
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        notebooks.refresh(path)
    assert path.read_bytes() == before


def test_a_preview_changes_only_with_its_figure() -> None:
    def one(y: int, picture: str) -> Any:
        output = new_output("display_data", data={notebooks.PLOTLY: {"data": [{"y": [y]}]}, "image/png": picture})
        return new_notebook(cells=[new_code_cell("figure", outputs=[output])])

    def picture(notebook: Any) -> str:
        return notebook.cells[0].outputs[0].data["image/png"]

    assert picture(notebooks.normalise(one(1, "new"), stored=one(1, "old"))) == "old"
    assert picture(notebooks.normalise(one(2, "new"), stored=one(1, "old"))) == "new"


def test_a_stream_in_pieces_is_stored_whole() -> None:
    pieces = [new_output("stream", name="stdout", text=text) for text in ("a\n", "b\n")]
    notebook = notebooks.normalise(new_notebook(cells=[new_code_cell("print", outputs=pieces)]))
    assert [output.text for output in notebook.cells[0].outputs] == ["a\nb\n"]


def test_names_select_notebooks_and_a_wrong_one_is_refused() -> None:
    with pytest.raises(SystemExit, match="no notebook begins with '99_nothing'"):
        notebooks.selected(["99_nothing"])


def test_a_new_preview_is_made_small() -> None:
    from PIL import Image

    large = io.BytesIO()
    Image.linear_gradient("L").resize((1440, 630)).convert("RGBA").save(large, "PNG")
    preview = notebooks._small(base64.b64encode(large.getvalue()).decode())
    assert notebooks._small(preview) == preview
    small = base64.b64decode(preview)
    assert Image.open(io.BytesIO(small)).size == (960, 420) and len(small) < len(large.getvalue()) / 2
