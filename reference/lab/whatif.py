"""What-if panels: sliders that re-run a model and redraw its chart in under 100 ms, usable by keyboard.

    dial = Slider("celebrity threshold", values=[1_000, 10_000, 100_000], default=10_000, unit="followers")
    panel = whatif(model, {"threshold": dial}, draw)

`model(**values)` computes, `draw(result)` returns a `go.Figure`. Before a learner the panel is a FigureWidget with sliders; a headless
run shows the plain figure at the default values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from reference import notebook
from reference.twitter.errors import TwitterError, require

PANEL_WIDTH_PX = 840  # a FigureWidget is drawn before its cell has a width (700 px then); 840 fills Lab's cell at 1280 px


@dataclass(frozen=True, slots=True)
class Slider:
    """One dial: `values` to choose from (log steps, say), or `low`, `high`, `step`. `unit` stands behind the label.

    Raises InvalidInput unless `default` is one of the values, or within low … high.
    """

    label: str
    values: Sequence[Any] = ()
    low: float | None = None
    high: float | None = None
    step: float = 1
    default: Any = None
    unit: str = ""

    def __post_init__(self) -> None:
        if self.values:
            require(self.default in self.values, f"default of {self.label!r} must be one of its values, not {self.default!r}")
            return
        require(self.low is not None and self.high is not None, f"{self.label!r} needs values, or low and high")
        require(
            self.default is not None and self.low <= self.default <= self.high,
            f"default of {self.label!r} must be {self.low} … {self.high}",
        )

    @property
    def title(self) -> str:
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def widget(self) -> Any:
        """The ipywidgets slider: arrows, Home, End and Page keys move it."""
        import ipywidgets as widgets

        common = {
            "description": self.title,
            "style": {"description_width": "initial"},
            "layout": {"width": "min(46em, 100%)"},
            "continuous_update": True,
        }
        if self.values:
            return widgets.SelectionSlider(options=[(_say(value), value) for value in self.values], value=self.default, **common)
        whole = all(isinstance(number, int) for number in (self.low, self.high, self.step, self.default))
        kind = widgets.IntSlider if whole else widgets.FloatSlider
        return kind(value=self.default, min=self.low, max=self.high, step=self.step, **common)


def whatif(
    model: Callable[..., Any],
    sliders: Mapping[str, Slider],
    draw: Callable[[Any], Any],
    *,
    numbers: Callable[[Any], Mapping[str, Any]] | None = None,
) -> WhatIf:
    """A panel whose `sliders` {argument of model: Slider} re-run `model` and redraw.

    numbers(result) → {name: value}: the key numbers in words under the chart, announced to screen readers when they change.
    Put it last in a cell, or hand it to `gate.reveal`. In tests: set
    `panel.sliders["threshold"].value = 1_000`, then look at `panel.figure.data`.
    """
    return WhatIf(model, sliders, draw, numbers)


class WhatIf:
    """See `whatif`. Widgets are made when first asked for: a headless run never makes one."""

    def __init__(self, model: Callable[..., Any], sliders: Mapping[str, Slider], draw: Callable[[Any], Any], numbers: Any) -> None:
        self._model, self._specs, self._draw, self._numbers = model, dict(sliders), draw, numbers
        self._parts: tuple[Any, dict[str, Any], Any, Any] | None = None

    def result(self, **values: Any) -> Any:
        """The model's result at `values`; what is not given stands at its default."""
        return self._model(**{name: values.get(name, spec.default) for name, spec in self._specs.items()})

    @property
    def widget(self) -> Any:
        """The whole panel as one widget (None in a headless run)."""
        return self._built()[3] if notebook.interactive() else None

    @property
    def figure(self) -> Any:
        return self._built()[0]

    @property
    def sliders(self) -> dict[str, Any]:
        return self._built()[1]

    @property
    def readout(self) -> Any:
        """The HTML widget with the key numbers."""
        return self._built()[2]

    def _built(self) -> tuple[Any, dict[str, Any], Any, Any]:
        if self._parts is None:
            self._parts = self._build()
        return self._parts

    def _build(self) -> tuple[Any, dict[str, Any], Any, Any]:
        import ipywidgets as widgets

        result = self.result()
        figure = _chart_class()(self._draw(result), layout_width=PANEL_WIDTH_PX)
        dials = {name: spec.widget() for name, spec in self._specs.items()}
        readout = widgets.HTML(self._readout_html(result))
        for dial in dials.values():
            dial.observe(self._redraw, names="value")
        style = widgets.HTML(
            f"<style>{notebook.CHART_CSS}.course-whatif{{overflow:visible}}</style>", layout={"height": "0", "margin": "0"}
        )
        box = widgets.VBox([style, *dials.values(), figure, readout]).add_class("course-whatif")
        return figure, dials, readout, box

    def _redraw(self, _change: Any) -> None:
        figure, dials, readout, _ = self._built()
        try:
            result = self.result(**{name: dial.value for name, dial in dials.items()})
        except TwitterError as error:  # a callback has no cell to fail in: the learner must see it here
            readout.value = f'<div role="alert">{notebook.escape(error)}</div>'
            return
        _copy_into(figure, self._draw(result))
        readout.value = self._readout_html(result)

    def _readout_html(self, result: Any) -> str:
        if self._numbers is None:
            return ""
        pairs = " · ".join(
            f"{notebook.escape(name)}: <b>{notebook.escape(_say(value))}</b>" for name, value in self._numbers(result).items()
        )
        return f'<div role="status" aria-live="polite">{pairs}</div>'

    def _ipython_display_(self) -> None:
        if notebook.interactive():
            from IPython.display import display

            display(self.widget)
            return
        result = self.result()
        notebook.show_object(self._draw(result))
        if self._numbers is not None:
            notebook.publish(markdown=" · ".join(f"{name}: **{_say(value)}**" for name, value in self._numbers(result).items()))


@cache
def _chart_class() -> Any:
    """A FigureWidget that opens with its traces. plotly's own opens empty and sends them after that: on a busy page the chart may be
    drawn in between, and then stays empty."""
    import plotly.graph_objects as go
    import traitlets

    class PanelChart(go.FigureWidget):
        def __init__(self, figure: Any, **options: Any) -> None:
            self._opens_with = figure.to_plotly_json()
            super().__init__(figure, **options)

        @traitlets.default("_widget_data")
        def _first_data(self) -> Any:
            return self._opens_with["data"]

        @traitlets.default("_widget_layout")
        def _first_layout(self) -> Any:
            return self._opens_with["layout"]

    return PanelChart


def _copy_into(shown: Any, new: Any) -> None:
    """Make the widget show what `new` holds, in one message; traces keep their identity, so nothing flickers.

    Only properties that differ are set: plotly validates whatever it is given, and that takes longer than to draw it.
    """
    with shown.batch_update():
        if len(shown.data) == len(new.data):
            for old_trace, new_trace in zip(shown.data, new.data, strict=True):
                old_trace.update(_differing(old_trace, new_trace), overwrite=True)
        else:
            shown.data = ()
            shown.add_traces(new.data)
        layout = _differing(shown.layout, new.layout)
        layout.pop("template", None)
        layout.pop("width", None)
        for name in ("annotations", "shapes"):  # update() would merge lists, and keep the marks of the old position
            if layout.pop(name, None) or len(shown.layout[name]) != len(new.layout[name]):
                shown.layout[name] = new.layout[name]
        shown.layout.update(layout)


def _differing(old: Any, new: Any) -> dict[str, Any]:
    """Properties of `new` that `old` has not, or has otherwise."""
    before = old.to_plotly_json()
    return {name: value for name, value in new.to_plotly_json().items() if not _same(before.get(name), value)}


def _same(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except ValueError:  # arrays say so element by element; to set one again does no harm
        return False


def _say(value: Any) -> str:
    """A value as a label: whole numbers grouped, floats to three figures, text as it is."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 1000 else f"{value:.3g}"
