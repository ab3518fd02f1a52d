from __future__ import annotations

import statistics
import time

import numpy as np
import pytest

from reference.lab import Slider, charts, whatif
from reference.twitter.errors import InvalidInput

FOLLOWERS = (10, 1_000, 100_000)


def model(threshold, share=100):
    if threshold == 13:
        raise InvalidInput("13 is no threshold")
    return [min(threshold, followers) * share // 100 for followers in FOLLOWERS]


def draw(result):
    return charts.bars({f"hybrid {i}": value for i, value in enumerate(result)}, title=f"At most {max(result):,}", unit="writes")


def panel():
    sliders = {
        "threshold": Slider("celebrity threshold", values=[13, 100, 1_000, 10_000], default=1_000, unit="followers"),
        "share": Slider("active readers", low=0, high=100, step=5, default=100, unit="%"),
    }
    return whatif(model, sliders, draw, numbers=lambda result: {"largest fanout": max(result)})


@pytest.fixture
def in_lab(monkeypatch):
    monkeypatch.delenv("COURSE_HEADLESS", raising=False)
    monkeypatch.setenv("COURSE_LAB", "1")


def test_a_slider_reruns_the_model_and_redraws(in_lab):
    shown = panel()
    assert list(shown.figure.data[0].x) == [10, 1_000, 1_000]
    shown.sliders["threshold"].value = 10_000
    assert list(shown.figure.data[0].x) == [10, 1_000, 10_000]
    assert shown.figure.layout.title.text == "At most 10,000" and "10,000" in shown.readout.value
    shown.sliders["share"].value = 50
    assert list(shown.figure.data[0].x) == [5, 500, 5_000]


def test_a_chart_opens_with_its_traces(in_lab, monkeypatch):
    """What the first message to the page holds: a chart that opened empty stayed empty on a busy machine."""
    from ipywidgets import Widget

    first, open_as_ever = [], Widget.open
    monkeypatch.setattr(Widget, "open", lambda widget: (first.append(widget.get_state()), open_as_ever(widget))[1])
    assert list(panel().figure.data[0].x) == [10, 1_000, 1_000]
    [chart] = [state for state in first if "_widget_data" in state]
    assert [list(trace["x"]["value"] if "value" in trace["x"] else trace["x"]) for trace in chart["_widget_data"]] == [[10, 1_000, 1_000]]
    assert chart["_widget_layout"]["title"]["text"] == "At most 1,000"


def test_labels_and_marks_of_the_old_position_vanish(in_lab):
    def lines(at):
        return charts.lines({"push": ([1, at], [1, at])}, title="t", x="x", y="y", thresholds={f"at {i}": i + 1 for i in range(at)})

    shown = whatif(lambda at: at, {"at": Slider("at", low=1, high=5, default=4)}, lines)
    shown.sliders["at"].value = 2
    assert len(shown.figure.layout.shapes) == 2 and len(shown.figure.layout.annotations) == 3


def test_a_changing_number_of_traces_is_drawn(in_lab):
    def lines(count):
        return charts.lines({f"push {i}": ([1, 2], [i, i]) for i in range(count)}, title="t", x="x", y="y")

    shown = whatif(lambda count: count, {"count": Slider("count", low=1, high=5, default=2)}, lines)
    shown.sliders["count"].value = 4
    assert [trace.name for trace in shown.figure.data] == [f"push {i}" for i in range(4)]


def test_a_series_given_as_an_array_is_redrawn(in_lab):
    def lines(at):
        return charts.lines({"push": (np.array([1, 2, 3]), np.array([at, 2, 3]))}, title="t", x="x", y="y")

    shown = whatif(lambda at: at, {"at": Slider("at", low=1, high=5, default=4)}, lines)
    shown.sliders["at"].value = 2
    assert list(shown.figure.data[0].y) == [2, 2, 3]


def test_an_error_of_the_model_is_said_under_the_chart(in_lab):
    shown = panel()
    shown.sliders["threshold"].value = 13
    assert "13 is no threshold" in shown.readout.value and list(shown.figure.data[0].x) == [10, 1_000, 1_000]


def test_the_panel_has_its_class_and_a_live_readout(in_lab):
    shown = panel()
    assert "course-whatif" in shown.widget._dom_classes and 'aria-live="polite"' in shown.readout.value
    assert shown.sliders["threshold"].description == "celebrity threshold (followers)"


def test_redrawing_takes_less_than_100_ms(in_lab):
    shown = panel()
    taken_s = []
    for value in [100, 1_000, 10_000] * 5:
        start = time.perf_counter()
        shown.sliders["threshold"].value = value
        taken_s.append(time.perf_counter() - start)
    assert statistics.median(taken_s) < 0.1


def test_a_headless_run_makes_no_widget_and_shows_the_defaults(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_HEADLESS", "1")
    shown = panel()
    assert shown.widget is None
    shown._ipython_display_()
    assert "largest fanout: **1,000**" in capsys.readouterr().out
    assert shown._parts is None


def test_results_can_be_asked_for_without_sliders():
    assert panel().result(threshold=100) == [10, 100, 100]


@pytest.mark.parametrize(
    "options", [{"values": [1, 2], "default": 3}, {"low": 1, "default": 1}, {"low": 1, "high": 5, "default": 9}, {"low": 1, "high": 5}]
)
def test_a_default_outside_of_the_slider_is_refused(options):
    with pytest.raises(InvalidInput, match="dial"):
        Slider("dial", **options)
