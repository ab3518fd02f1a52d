"""What panels with inputs share: a frame in Lab's colours, buttons, a line that is announced. CSS class: course-panel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference.study.style import GATE_STYLE

_PANEL = (
    ".course-panel{border:1px solid var(--jp-border-color2,#bbb);border-left:4px solid var(--jp-brand-color1,#1976d2);"
    "border-radius:4px;padding:.6em 1em;max-width:62em;overflow:visible}"
    ".course-panel .widget-html-content{line-height:1.5;white-space:normal;"
    "font-size:var(--jp-content-font-size1,14px);color:var(--jp-ui-font-color1)}"
    ".course-panel h4{margin:.2em 0}.course-panel p{margin:.3em 0}.course-panel ul,.course-panel ol{margin:.2em 0;padding-left:1.4em}"
    ".course-panel summary{cursor:pointer}.course-panel table{border-collapse:collapse;margin:.3em 0}"
    ".course-panel th,.course-panel td{padding:.2em .7em .2em 0;vertical-align:top;border-bottom:1px solid var(--jp-border-color2,#bbb)}"
    ".course-panel .course-bank{gap:.15em .5em}"
    ".course-panel .course-bank button{white-space:normal;height:auto;min-height:2.3em;line-height:1.3;"
    "padding:.2em .8em;text-align:left;width:auto;margin:1px}"
    ".course-panel .course-asked{opacity:.75}"
    ".course-panel .course-error{color:#b3261e}"
    '[data-jp-theme-light="false"] .course-panel .course-error{color:#ff9d94}'  # Lab's own red is too dark on a dark ground
    ".course-sheet .widget-text{height:auto;align-items:center}"
    ".course-sheet .widget-text .widget-label{white-space:normal;height:auto;line-height:1.3;text-align:left}"
    ".course-panel textarea,.course-panel .widget-text input{font-size:1em}"
    ".course-panel button:focus-visible,.course-panel input:focus-visible,.course-panel textarea:focus-visible{"
    "outline:2px solid var(--jp-brand-color1,#1976d2);outline-offset:1px}"
)

PANEL_STYLE = f"{GATE_STYLE}<style>{_PANEL}</style>"


def button(text: str, css_class: str, on_click: Callable[[], None], style: str = "") -> Any:
    """A button that calls `on_click()`."""
    import ipywidgets as widgets

    made = widgets.Button(description=text, button_style=style, layout={"width": "auto"}).add_class(css_class)
    made.on_click(lambda _: on_click())
    return made


def framed(*children: Any) -> Any:
    """The panel's box around `children`."""
    import ipywidgets as widgets

    return widgets.VBox(list(children)).add_class("course-panel")


def live(html: str) -> str:
    """HTML that screen readers announce when it changes."""
    return f'<div role="status" aria-live="polite">{html}</div>'


def error_line(text: str) -> str:
    """What is wrong with an input, in words; announced at once."""
    return f'<span class="course-error" role="alert">{text}</span>' if text else ""
