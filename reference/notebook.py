"""Where a notebook runs, and how it shows things: the one room that `lab` and `study` share. Imports nothing of ours.

A *headless* run (nbval, nbclient, papermill, plain Python) shows everything at once, as plain outputs that are the same
each time. In JupyterLab somebody is there to answer, so what can be asked is asked.
"""

from __future__ import annotations

import html as html_text
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from typing import Any

MAX_TABLE_ROWS = 60

# Plotly draws SVG with colours of its own; inside Lab the page's text colour is better than any compromise.
CHART_CSS = (
    ".js-plotly-plot .main-svg text:not(.hoverlayer *){fill:var(--jp-ui-font-color1,#777)!important}"
    "details.course-data{margin:0 0 .6em;font-size:.9em}details.course-data summary{cursor:pointer;opacity:.8}"
    "details.course-data table{margin-top:.4em}"
)

_somebody_is_there = False


def interactive() -> bool:
    """True when a learner sits before the notebook. COURSE_HEADLESS=1 or COURSE_LAB=1 decide; else JupyterLab is known by its cellId.

    JupyterLab's execute requests carry `metadata.cellId`, nbclient's do not. Once seen it stays true for this kernel,
    because a widget's callback runs under a message of another kind.
    """
    global _somebody_is_there
    if os.environ.get("COURSE_HEADLESS") == "1":
        return False
    if os.environ.get("COURSE_LAB") == "1":
        return True
    _somebody_is_there = _somebody_is_there or "cellId" in _request_metadata()
    return _somebody_is_there


def _request_metadata() -> dict[str, Any]:
    shell = _shell()
    kernel = getattr(shell, "kernel", None)
    return dict(kernel.get_parent().get("metadata") or {}) if kernel is not None else {}


def _shell() -> Any:
    """The running IPython shell, or None under plain Python (IPython is not imported for the question)."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def publish(html: str = "", *, text: str = "", markdown: str = "") -> None:
    """Show HTML or Markdown as one display output; without IPython, print its plain text."""
    bundle = {"text/html": html, "text/markdown": markdown, "text/plain": text or markdown}
    bundle = {mime: value for mime, value in bundle.items() if value}
    if _shell() is None:
        print(bundle.get("text/plain", ""))
        return
    from IPython.display import display

    display(bundle, raw=True)


def show_object(thing: Any) -> None:
    """Show a figure, a frame, a string of Markdown, or call a function and show what it returns (None: it showed things itself)."""
    if callable(thing) and not hasattr(thing, "_repr_mimebundle_") and not hasattr(thing, "_ipython_display_"):
        thing = thing()
    if thing is None:
        return
    if isinstance(thing, str):
        publish(markdown=thing)
        return
    if _shell() is None:
        print(f"[{type(thing).__name__}]")
        return
    from IPython.display import display

    display(thing)
    if is_figure(thing):
        publish(data_table(thing), text="The data as a table")


def is_figure(thing: Any) -> bool:
    """True for a plotly figure; plotly is not imported for the question."""
    return hasattr(thing, "to_plotly_json") and hasattr(thing, "layout") and hasattr(thing, "data")


def outputs_of(thing: Any) -> list[dict[str, Any]]:
    """What `show_object(thing)` would show, as notebook outputs (for `Output.outputs`); a traceback becomes an error output."""
    from IPython.utils.capture import capture_output

    failed: list[dict[str, Any]] = []
    with capture_output() as captured:
        try:
            show_object(thing)
        except Exception as error:  # a callback has no cell to fail in: the learner must see it here
            lines = traceback.format_exc().splitlines()
            failed = [{"output_type": "error", "ename": type(error).__name__, "evalue": str(error), "traceback": lines}]
    texts = [{"output_type": "stream", "name": name, "text": text} for name, text in _streams(captured) if text]
    shown = [{"output_type": "display_data", "data": item.data, "metadata": item.metadata or {}} for item in captured.outputs]
    return texts + shown + failed


def _streams(captured: Any) -> Iterable[tuple[str, str]]:
    return (("stdout", captured.stdout), ("stderr", captured.stderr))


def escape(text: object) -> str:
    """Text made safe for HTML."""
    return html_text.escape(str(text), quote=True)


def inline(text: str) -> str:
    """A line of Markdown (bold, italics, code) as HTML, everything else escaped: enough for questions and feedback."""
    safe = html_text.escape(text, quote=False)
    for pattern, tag in ((r"`([^`]+)`", "code"), (r"\*\*([^*]+)\*\*", "b"), (r"(?<![\w*])\*([^*\s][^*]*)\*(?!\w)", "i")):
        safe = re.sub(pattern, rf"<{tag}>\1</{tag}>", safe)
    return safe


def paragraphs(text: str) -> str:
    """Lines of Markdown with blank lines between paragraphs, as HTML."""
    return "".join(f"<p>{inline(part.strip())}</p>" for part in text.split("\n\n") if part.strip())


def table(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, css_class: str = "course-table", render: Callable[[str], str] = escape
) -> str:
    """A plain HTML table; cells are text (`render` turns a cell's text into HTML)."""
    listed = [[str(cell) for cell in row] for row in rows]
    right = [bool(listed) and all(re.fullmatch(r"[\d.,  %×-]*", row[i]) for row in listed) for i in range(len(header))]
    style = [f' style="text-align:{"right" if numbers else "left"}"' for numbers in right]  # Lab would set all to the right
    head = "".join(f'<th scope="col"{at}>{escape(cell)}</th>' for cell, at in zip(header, style, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{at}>{render(cell)}</td>" for cell, at in zip(row, style, strict=True)) + "</tr>" for row in listed
    )
    return f'<table class="{css_class}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def data_table(figure: Any) -> str:
    """The figure's data as a folded HTML table: for screen readers and doubters. At most MAX_TABLE_ROWS rows, and it says so."""
    rows = [row for trace in figure.data for row in _rows(trace)]
    step = -(-len(rows) // MAX_TABLE_ROWS) or 1
    note = f" (one row in {step} of {len(rows):,})" if step > 1 else ""
    header = ("series", axis_title(figure, "x"), axis_title(figure, "y"))
    return f'<details class="course-data"><summary>The data as a table{note}</summary>{table(header, rows[::step])}</details>'


def axis_title(figure: Any, axis: str) -> str:
    title = getattr(figure.layout, f"{axis}axis").title.text
    return str(title) if title else axis


def _rows(trace: Any) -> Iterable[tuple[str, str, str]]:
    xs, ys = getattr(trace, "x", None), getattr(trace, "y", None)
    if xs is None or ys is None:
        return []
    name = str(trace.name or "")
    return [(name, _cell(x), _cell(y)) for x, y in zip(xs, ys, strict=False)]


def _cell(value: Any) -> str:
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
