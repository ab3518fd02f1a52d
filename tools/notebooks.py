"""`make notebooks`: re-execute notebooks/ and solutions/ as nbval will and store outputs that do not change without a reason.

Arguments select by the beginning of the name (`07a`, or `solutions/07a` for one of the two).
Each figure gets a PNG preview for readers on GitHub; a learner's own run makes none.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLOTLY, PNG, WIDGET = "application/vnd.plotly.v1+json", "image/png", "application/vnd.jupyter.widget-view+json"
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
FOLDERS = ("notebooks", "solutions")
OUTSIDE = ("REDIS_URL", "DATABASE_URL", "COURSE_LAB", "COURSE_MY", "COURSE_OVERLAY", "COURSE_VARIANT_SEED", "COURSE_HIDDEN_SEED")
PASSING = ("execution", "collapsed", "scrolled", "trusted")
CELL_TIMEOUT_S = 120
PREVIEW_WIDTH = 960


def execute(notebook: Any, folder: Path) -> Any:
    """Run all cells in `folder`, as nbval does. Raises: nbclient's CellExecutionError; RuntimeError if the notebook wrote into `folder`."""
    from nbclient import NotebookClient

    before = {path.name for path in folder.iterdir()}
    place = {"metadata": {"path": str(folder)}}
    options: dict[str, Any] = {"timeout": CELL_TIMEOUT_S, "kernel_name": "python3", "store_widget_state": False, "record_timing": False}
    NotebookClient(notebook, resources=place, **options).execute()
    written = {path.name for path in folder.iterdir()} - before - {".ipynb_checkpoints"}
    if written:
        raise RuntimeError(f"the notebook left files in {folder}: {sorted(written)}")
    return notebook


def normalise(notebook: Any, stored: Any = None) -> Any:
    """Leave only what carries meaning: no timing, no widget state or model ids, streams merged. `stored` lends unchanged previews."""
    notebook.metadata = {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}, **_kept(notebook.metadata)}
    previews = dict(_previews(stored)) if stored is not None else {}
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in sorted(cell.metadata) if key not in PASSING}
        if cell.cell_type == "code":
            cell.outputs = _merged(cell.outputs)
            for output in cell.outputs:
                _settle(output, previews)
    return notebook


def _kept(metadata: Any) -> dict[str, Any]:
    return {key: metadata[key] for key in sorted(metadata) if key not in ("kernelspec", "language_info", "widgets")}


def _merged(outputs: list[Any]) -> list[Any]:
    """A stream's pieces joined: where the kernel cut them is chance."""
    merged: list[Any] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last is not None and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def _settle(output: Any, previews: dict[str, str]) -> None:
    """Drop a widget view (its model id is random and its state is not stored); keep the stored preview of an unchanged figure."""
    data = output.get("data", {})
    if data.pop(WIDGET, None) is not None:
        data["text/plain"] = re.sub(r"'uid': '[0-9a-f-]+", "'uid'", data.get("text/plain", ""))  # random too; the sanitize file knows it
    if PLOTLY in data and PNG in data:
        data[PNG] = _small(previews.get(_key(data), data[PNG]))


def _small(picture: str) -> str:
    """A preview at a width that GitHub shows, in a palette: a tenth of the bytes, and a notebook stays under 1 MB. What is no PNG stays."""
    from PIL import Image, UnidentifiedImageError

    try:
        image = Image.open(io.BytesIO(base64.b64decode(picture)))
        if image.mode == "P" and image.width <= PREVIEW_WIDTH:
            return picture
        colours = image.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError):
        return picture
    colours.thumbnail((PREVIEW_WIDTH, PREVIEW_WIDTH))
    content = io.BytesIO()
    colours.quantize(64, dither=Image.Dither.NONE).save(content, "PNG", optimize=True)
    return base64.b64encode(content.getvalue()).decode()


def _previews(notebook: Any) -> list[tuple[str, str]]:
    outputs = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    return [(_key(data), data[PNG]) for data in outputs if PLOTLY in data and PNG in data]


def _key(data: Any) -> str:
    return json.dumps(data[PLOTLY], sort_keys=True)


def refresh(path: Path) -> float:
    """Re-execute one notebook and store it; returns the seconds it took. A notebook that fails stays as it was."""
    import nbformat

    started = time.perf_counter()
    stored = nbformat.read(path, as_version=4)
    fresh = execute(nbformat.read(path, as_version=4), path.parent)
    nbformat.write(normalise(fresh, stored), path)
    return time.perf_counter() - started


def selected(names: list[str]) -> list[Path]:
    """Notebooks whose names begin with one of `names`, all without names. Raises: SystemExit if a name finds none."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.ipynb")) if ".ipynb_checkpoints" not in path.parts]
    for name in names:
        if not any(_meant(path, name) for path in paths):
            raise SystemExit(f"no notebook begins with {name!r}; there are: {', '.join(path.stem for path in paths) or 'none'}")
    return [path for path in paths if not names or any(_meant(path, name) for name in names)]


def _meant(path: Path, name: str) -> bool:
    folder = Path(name).parts[:-1]
    return path.name.startswith(Path(name).name) and (not set(FOLDERS) & set(folder) or path.relative_to(ROOT).parts[0] in folder)


def main(argv: list[str]) -> int:
    os.environ |= {"PYTHONHASHSEED": "0", "COURSE_PREVIEW": "1", "JUPYTER_PREFER_ENV_PATH": "1"}
    for name in OUTSIDE:
        os.environ.pop(name, None)
    failed = []
    for path in selected(argv):
        print(f"{path.relative_to(ROOT)} … ", end="", flush=True)
        try:
            print(f"{refresh(path):.1f} s, {path.stat().st_size / 1e3:,.0f} KB", flush=True)
        except Exception as error:  # the others still want their turn
            print(f"failed, left as it was\n{error}", flush=True)
            failed.append(path.name)
    if failed:
        print(f"{len(failed)} failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
