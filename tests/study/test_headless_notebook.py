"""A notebook that uses everything, run without a learner: the same outputs twice, and no widget among them."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = [
    """from reference.study import *
from reference.lab import Meter, Slider, charts, whatif
from reference.twitter.backend import connect""",
    """opening('dEep dive', core_min=50, say=['why'])
assumptions([('followers', 30_000_000, 'people', 'A')])""",
    "gate = predict('t/writes', 'How many writes?', unit='writes', plausible=(1, 1e12))",
    """fig = charts.bars({'push': 30_000_000, 'pull': 1}, title='Push costs more', unit='writes', log=True)
gate.reveal(fig, 'What we see.', answer=30_000_000)""",
    """which = predict('t/which', 'Which?', choices={'push': 'no', 'hybrid': 'yes'}, answer='hybrid')
which.reveal(lambda: print('printed'), 'Reading')""",
    """dial = {'t': Slider('threshold', values=[10, 100], default=100)}
draw = lambda t: charts.lines({'push': ([1, t], [1, t])}, title='t', x='x', y='y')
whatif(lambda t: t, dial, draw, numbers=lambda t: {'t': t})""",
    """r = connect('fakeredis://')
with Meter(r) as m:
    r.set('a', 1)
m""",
    """quiz('t/quiz', [dict(question='?', choices={'a': 'no', 'b': 'yes'}, answer='b')])
ladder('t/l', 'Why?', [('mid', 'What?', 'This.')])
claim('C', '2', 'x', verdict='y')""",
    "board()",
]


def run(folder) -> list[list[dict]]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(CELLS)])
    client = NotebookClient(
        notebook, timeout=60, kernel_name="python3", store_widget_state=False, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("my")
    return run(folder), folder


@pytest.mark.slow
def test_two_runs_store_the_same_outputs(outputs):
    first, folder = outputs
    assert first == run(folder)


def test_no_output_is_a_widget_an_error_or_a_warning(outputs):
    shown = [output for cell in outputs[0] for output in cell]
    assert {output.output_type for output in shown} <= {"display_data", "execute_result", "stream"}
    assert not [output for output in shown if output.get("name") == "stderr"]
    mimes = {mime for output in shown for mime in output.get("data", {})}
    assert mimes <= {"text/plain", "text/html", "text/markdown", "application/vnd.plotly.v1+json"}


def test_answers_stand_in_the_outputs_and_nothing_is_written(outputs):
    first, folder = outputs
    assert "**Answer:** 30 M writes." in str(first[3]) and "printed" in str(first[4])
    assert list(folder.iterdir()) == []
