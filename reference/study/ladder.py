"""The ladder that closes a notebook: what → why → which number → what if it fails → what if that assumption is wrong.

Before a learner each rung is an exercise: a minute on the clock, aloud, four items to score oneself on, then the model answer
(`ladder_view`). A headless run shows every question with its model answer folded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reference import notebook
from reference.notebook import escape, inline, paragraphs
from reference.study.rungs import Rung, rung
from reference.study.style import card
from reference.twitter.errors import require

MOST_SECONDS = 600


def ladder(ladder_id: str, question: str, rungs: Sequence[Sequence[Any]], *, seconds: int = 60) -> None:
    """Show the ladder: each rung is (level, question, model answer), or with four items of its own behind them.

    ladder_id: "07b/fanout", unique in the course; scores are kept by it and the rung's number. level: mid, senior or staff.
    Questions and answers are lines of Markdown; a blank line in an answer starts a paragraph. seconds: on the clock of each rung.
    Raises InvalidInput for another level, another number of items, or a clock beyond 1 to 600 s.
    """
    climbed = [rung(given) for given in rungs]
    require(1 <= seconds <= MOST_SECONDS, f"seconds must be 1 to {MOST_SECONDS}, not {seconds!r}")
    if notebook.interactive():
        from reference.study.ladder_view import LadderView

        LadderView(ladder_id, question, climbed, seconds).display()
        return
    body = "".join(_folded(each) for each in climbed)
    text = "\n".join([f"Ladder: {question}", *(f"[{each.level}] {each.asked}\n  {each.answer}" for each in climbed)])
    html = f'<h4 id="ladder-{escape(ladder_id)}">Ladder: {inline(question)}</h4><p>Answer aloud, then open.</p><ol>{body}</ol>'
    notebook.publish(card(html, label="Ladder"), text=text)


def _folded(each: Rung) -> str:
    return f"<li><details><summary><b>{each.level}</b> — {inline(each.asked)}</summary>{paragraphs(each.answer)}</details></li>"
