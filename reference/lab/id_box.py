"""Paste an id, see when and where it was born: a text box before a learner, one decoded id in a headless run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reference import notebook
from reference.twitter.errors import TwitterError
from reference.twitter.ids import DISCORD, TWITTER, SnowflakeLayout

FIELDS = (("time", "#0072B2", "#fff"), ("worker", "#E69F00", "#000"), ("sequence", "#009E73", "#000"))
LAYOUTS = {"Twitter": TWITTER, "Discord": DISCORD}


def decoded(text: str, layout: SnowflakeLayout = TWITTER) -> dict[str, str]:
    """{what: value in words} for the id in `text` (spaces, commas and underscores may group it, a link may precede it).

    {"refused": the reason} for what is no id of this layout. No exception.
    """
    digits = _digits(text)
    try:
        parts = layout.decode(int(digits))
    except TwitterError as error:
        return {"refused": str(error)}
    except ValueError:
        return {"refused": f"“{text.strip()[:60]}” is not a whole number: paste an id, or a link that ends in one."}
    return {
        "born": f"{parts.timestamp:%A %d %B %Y, %H:%M:%S}.{parts.unix_ms % 1000:03d} UTC",
        "worker": f"{parts.worker_id} of 0 … {layout.max_worker_id}",
        "sequence": f"{parts.sequence} of 0 … {layout.max_sequence}",
        "bits": format(int(digits), f"0{layout.total_bits}b"),
    }


def _digits(text: str) -> str:
    """The id in what was pasted: behind `status/` in a link (`/photo/1` may follow), else the last part of it."""
    status = re.search(r"/status/(\d+)", text)
    if status:
        return status.group(1)
    last = text.strip().rstrip("/").rsplit("/", 1)[-1].partition("?")[0]
    return re.sub(r"[,_ ]", "", last)


def as_text(text: str, layout: SnowflakeLayout = TWITTER) -> str:
    """The decoded id as plain lines."""
    return "\n".join([f"id        {text}", *(f"{what:<9} {value}" for what, value in decoded(text, layout).items())])


def as_html(text: str, layout: SnowflakeLayout = TWITTER) -> str:
    """The decoded id as a table, its bits in the colours of their fields (and named, for those who see no colours)."""
    found = decoded(text, layout)
    bits = found.pop("bits", "")
    rows = [(notebook.escape(what), notebook.escape(value)) for what, value in found.items()]
    if bits:
        rows.append(("bits", _strip(bits, layout)))
    body = "".join(
        f'<tr><th scope="row" style="text-align:left">{what}</th><td style="text-align:left">{value}</td></tr>' for what, value in rows
    )
    return f"<table>{body}</table>"


def _strip(bits: str, layout: SnowflakeLayout) -> str:
    widths = (layout.timestamp_bits, layout.worker_bits, layout.sequence_bits)
    shown, start = [], 0
    for (name, ground, ink), width in zip(FIELDS, widths, strict=True):
        look = f"background:{ground};color:{ink};padding:2px 3px;font-family:monospace;font-size:12px"
        shown.append(f'<span style="{look}" title="{name}: {width} bits">{bits[start : start + width]}</span>')
        start += width
    legend = " · ".join(f"{name} {width}" for (name, _, _), width in zip(FIELDS, widths, strict=True))
    return f"{''.join(shown)}<br><small>{legend} bits</small>"


class IdBox:
    """A text box that decodes what is typed or pasted. `default` is what it shows first, and all that a headless run shows.

    `layouts`: {name: SnowflakeLayout}, the first is chosen. In tests: `box.field.value = "20"`, then look at `box.answer.value`.
    """

    def __init__(self, default: str, layouts: Mapping[str, SnowflakeLayout] = LAYOUTS) -> None:
        self.default, self.layouts = default, dict(layouts)
        self._parts: tuple[Any, Any, Any] | None = None

    @property
    def field(self) -> Any:
        return self._built()[0]

    @property
    def kind(self) -> Any:
        """The choice of layout."""
        return self._built()[1]

    @property
    def answer(self) -> Any:
        return self._built()[2]

    def _built(self) -> tuple[Any, Any, Any]:
        if self._parts is None:
            import ipywidgets as widgets

            field = widgets.Text(
                self.default, description="Paste an id:", style={"description_width": "initial"}, layout={"width": "min(40em, 100%)"}
            )
            kind = widgets.Dropdown(options=list(self.layouts), description="Kind:", style={"description_width": "initial"})
            self._parts = field, kind, widgets.HTML()
            for part in (field, kind):
                part.observe(self._decode, names="value")
            self._decode(None)
        return self._parts

    def _decode(self, _change: Any) -> None:
        field, kind, answer = self._built()
        answer.value = f'<div role="status" aria-live="polite">{as_html(field.value, self.layouts[kind.value])}</div>'

    def _ipython_display_(self) -> None:
        if not notebook.interactive():
            first = next(iter(self.layouts.values()))
            notebook.publish(as_html(self.default, first), text=as_text(self.default, first))
            return
        import ipywidgets as widgets
        from IPython.display import display

        display(widgets.VBox(self._built()).add_class("course-id-box"))
