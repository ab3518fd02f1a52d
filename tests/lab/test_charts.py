from __future__ import annotations

import json

import numpy as np
import plotly.io as pio
import pytest

from reference.lab import charts
from reference.notebook import MAX_TABLE_ROWS, data_table
from reference.twitter.errors import InvalidInput

SERIES = {"push, 10 K": ([1, 10, 100], [1, 10, 100]), "pull": ([1, 10, 100], [50, 50, 50])}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", ["#FFFFFF", "#111111"])
def test_text_and_roles_are_legible_on_light_and_dark(ground):
    assert contrast(charts.INK, ground) >= 4
    assert all(contrast(charts.COLOURS[role], ground) >= 2 for role in charts.COLOURS)


def test_roles_differ_by_line_style_and_not_by_colour_alone():
    figure = charts.lines(SERIES, title="t", x="x", y="y")
    push, pull = figure.data
    assert (push.line.color, push.line.dash) == ("#0072B2", "solid")
    assert (pull.line.color, pull.line.dash) == ("#E69F00", "dash")
    assert push.marker.symbol != pull.marker.symbol


def test_log_axes_say_so_and_place_labels_at_the_logarithm():
    figure = charts.lines(SERIES, title="t", x="followers", y="writes", log_x=True, log_y=True, thresholds={"C: 10": 10})
    assert figure.layout.xaxis.title.text == "followers (log scale)" and figure.layout.yaxis.type == "log"
    labels = {note.text: note for note in figure.layout.annotations}
    assert labels["push, 10 K"].x == pytest.approx(2) and labels["push, 10 K"].y == pytest.approx(2)
    assert labels["C: 10"].x == pytest.approx(1)
    assert figure.layout.shapes[0].x0 == 10 and figure.layout.shapes[0].line.dash == "dash"


def test_bars_write_their_values_and_wrap_long_titles():
    figure = charts.bars({"push": 30_000_000, "pull": 1, "mine": 0.25}, title="finding " * 20, unit="writes", roles={"mine": "hybrid"})
    assert list(figure.data[0].text) == ["30 M", "1", "0.25"]
    assert figure.data[0].marker.color[2] == charts.COLOURS["hybrid"]
    assert "<br>" in figure.layout.title.text


def test_before_and_after_share_a_line_per_entry():
    figure = charts.before_after({"p99": (120, 14), "p50": (3, 4)}, title="t", unit="ms")
    assert [trace.name for trace in figure.data] == ["before", "after"] and len(figure.layout.shapes) == 2


def test_an_unknown_role_or_ragged_series_is_refused():
    with pytest.raises(InvalidInput, match="push"):
        charts.bars({"a": 1}, title="t", unit="u", roles={"a": "blue"})
    with pytest.raises(InvalidInput, match="2 and 1"):
        charts.lines({"a": ([1, 2], [1])}, title="t", x="x", y="y")


def test_figures_are_the_same_json_from_numpy_and_from_lists():
    plain = charts.lines({"push": ([1, 2], [3, 4])}, title="t", x="x", y="y")
    arrays = charts.lines({"push": (np.array([1, 2]), np.array([3, 4]))}, title="t", x="x", y="y")
    assert plain.to_json() == arrays.to_json() and "bdata" not in arrays.to_json()


def test_every_figure_carries_the_house_template_and_is_small():
    figure = charts.bars({"push": 1}, title="t", unit="u")
    assert figure.layout.template.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert len(json.dumps(figure.to_plotly_json(), default=list)) < 6000


def test_the_renderer_is_deterministic_and_a_preview_is_asked_for(monkeypatch):
    before = pio.renderers.default, pio.templates.default
    try:
        monkeypatch.delenv("COURSE_PREVIEW", raising=False)
        charts.use_house_style()
        assert pio.renderers.default == "plotly_mimetype"
        monkeypatch.setenv("COURSE_PREVIEW", "1")
        charts.use_house_style()
        assert pio.renderers.default == "plotly_mimetype+png"
    finally:
        pio.renderers.default, pio.templates.default = before


def test_the_data_stands_in_a_table_and_a_long_one_is_thinned_and_says_so():
    page = data_table(charts.lines(SERIES, title="t", x="followers", y="writes"))
    assert "<summary>The data as a table</summary>" in page and page.count("<tr>") == 7 and ">followers</th>" in page
    long = data_table(charts.lines({"push": (range(1000), range(1000))}, title="t", x="x", y="y"))
    assert "of 1,000)" in long and long.count("<tr>") <= MAX_TABLE_ROWS + 1


def test_a_figure_of_ones_own_takes_the_house_template():
    import plotly.graph_objects as go

    assert charts.house(go.Figure(go.Scatter(x=[1], y=[1]))).layout.template.layout.font.color == charts.INK


def test_importing_charts_does_not_import_plotly():
    import subprocess
    import sys

    code = (
        "import sys, reference.lab.charts, reference.study; print(sorted({'plotly', 'ipywidgets', 'IPython', 'redis'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout.strip() == "[]"
