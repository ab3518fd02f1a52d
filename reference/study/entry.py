"""A field for one line of text that is taken whole, by Enter or by a button, however busy the kernel is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Entry:
    """`widget` is the field; `on_text(text)` is called once for each text that the learner commits, `on_nothing()` for none.

    The browser holds back what is typed while the kernel is busy, and Enter or a click overtakes it. So the field reports its text
    only as a whole, and a commit that finds nothing new waits for the text that it is about.
    """

    def __init__(self, description: str, css_class: str, on_text: Callable[[str], Any], on_nothing: Callable[[], Any]) -> None:
        import ipywidgets as widgets

        look = {"style": {"description_width": "initial"}, "layout": {"width": "min(32em, 100%)"}}
        self.widget = widgets.Text(description=description, continuous_update=False, **look).add_class(css_class)
        self.widget.on_msg(self._on_message)
        self.widget.observe(self._on_value, "value")
        self._on_text, self._on_nothing = on_text, on_nothing
        self._waiting, self._taken = False, ""  # committed, its text has yet to come; the text last taken

    def commit(self) -> None:
        """Enter or the button was pressed."""
        self._waiting = True
        if self.widget.value != self._taken:
            self._take()
        elif not self.widget.value:
            self._on_nothing()

    def clear(self, hint: str = "", tooltip: str = "") -> None:
        """Empty the field, for another text; `hint` stands in it meanwhile."""
        self._waiting, self._taken = False, ""
        self.widget.value, self.widget.placeholder, self.widget.tooltip = "", hint, tooltip

    def _take(self) -> None:
        self._waiting, self._taken = False, self.widget.value
        self._on_text(self.widget.value)

    def _on_message(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        if content.get("event") == "submit":  # Enter in the field
            self.commit()

    def _on_value(self, _change: Any) -> None:
        if self._waiting:
            self._take()
