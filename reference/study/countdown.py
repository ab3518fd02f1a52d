"""A clock that counts down in the page, by anywidget: no thread, no task in the kernel, right on time however busy the kernel is.

CSS classes for the browser: course-countdown (data-phase ready, running, done), course-start (the button), course-left (role timer).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

READY, RUNNING, DONE = "ready", "running", "done"

_CSS = (
    ".course-countdown{display:flex;flex-wrap:wrap;align-items:center;gap:.3em .9em;margin:.2em 0;color:var(--jp-ui-font-color1,inherit);"
    "font-size:var(--jp-content-font-size1,14px)}"
    ".course-countdown [hidden]{display:none!important}.course-countdown .course-start{width:auto;margin:0}"
    ".course-countdown button:focus-visible,.course-countdown .course-left:focus-visible{"
    "outline:2px solid var(--jp-brand-color1,#1976d2);outline-offset:1px}"
    ".course-left{font-variant-numeric:tabular-nums;font-weight:600;min-width:3em}"
    ".course-track{flex:1 1 8em;max-width:22em;height:.5em;border-radius:.25em;background:var(--jp-border-color2,#bbb);overflow:hidden}"
    ".course-bar{display:block;height:100%;background:var(--jp-brand-color1,#1976d2)}"
    ".course-late .course-bar{background:#d55e00}"
    ".course-told{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}"
)


def countdown(seconds: int, about: str) -> Any:
    """The widget. seconds: on the clock. about: what a screen reader says that the clock is for.

    Traits: `phase` ("ready", "running", "done"), which may be observed, or set to "ready" for another try; `used_s`, once done.
    """
    return _widget_class()(seconds=seconds, about=about)


@cache
def _widget_class() -> type:
    import anywidget
    import traitlets

    class Countdown(anywidget.AnyWidget):
        _esm = files("reference.study").joinpath("countdown.js").read_text(encoding="utf-8")
        _css = _CSS
        seconds = traitlets.Int(60).tag(sync=True)
        about = traitlets.Unicode().tag(sync=True)
        phase = traitlets.Enum([READY, RUNNING, DONE], default_value=READY).tag(sync=True)
        started_ms = traitlets.Float(0.0).tag(sync=True)
        used_s = traitlets.Float(0.0).tag(sync=True)

    return Countdown
