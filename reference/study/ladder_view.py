"""The widgets of a ladder, in JupyterLab only: a rung asks, the clock runs, the learner scores what was said, then the answer unfolds.

No model answer is in the page before its rung is scored. CSS classes that a browser test may rely on: course-ladder,
course-ladder-status, course-rung (+ course-rung-open), course-item (four check boxes), course-score (the button), course-model-answer,
course-rung-again, and those of `countdown`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reference.notebook import escape, inline, paragraphs
from reference.study import progress
from reference.study.countdown import DONE, READY, countdown
from reference.study.gate_view import display_widget
from reference.study.panel import PANEL_STYLE, button, framed, live
from reference.study.rungs import KEPT, Rung, Score, climbed, scores_of, with_score

_STYLE = (
    "<style>.course-rung{border-top:1px solid var(--jp-border-color2,#bbb);padding:.5em 0;margin-top:.4em;overflow:visible}"
    ".course-level{display:inline-block;min-width:4em;text-align:center;border:1px solid currentColor;border-radius:1em;"
    "padding:0 .6em;margin-right:.5em;font-size:.85em}"
    ".course-level-senior{border-width:2px}"
    ".course-level-staff{background:var(--jp-ui-font-color1,#333);color:var(--jp-layout-color1,#fff)}"
    ".course-ladder .course-rung>button{align-self:flex-start}.course-ladder .course-rung .widget-inline-hbox{min-height:0}"
    ".course-item{overflow:visible}.course-item label{white-space:normal;line-height:1.4;font-size:var(--jp-content-font-size1,14px)}"
    ".course-model-answer .widget-html-content{border-left:3px solid var(--jp-border-color2,#bbb);padding-left:.8em;max-width:56em}</style>"
)


class LadderView:
    """`rungs`: a RungView each; `status`: how far the learner has climbed, announced when it changes."""

    def __init__(self, ladder_id: str, question: str, rungs: Sequence[Rung], seconds: int) -> None:
        import ipywidgets as widgets

        self.ladder_id, self._progress = ladder_id, progress.current()
        earlier = scores_of(self._progress.kept(KEPT), ladder_id)
        self.rungs = [self._rung_view(number, each, seconds, earlier.get(number)) for number, each in enumerate(rungs, 1)]
        how = f"Each rung: {seconds} seconds, aloud. Then score what you said, and only then read the model answer."
        head = f'<h4 id="ladder-{escape(ladder_id)}">Ladder: {inline(question)}</h4><p>{how}</p>'
        self.status = widgets.HTML().add_class("course-ladder-status")
        title = widgets.HTML(f"{PANEL_STYLE}{_STYLE}{head}")
        self.box = framed(title, *(each.box for each in self.rungs), self.status).add_class("course-ladder")
        self._say()

    def _rung_view(self, number: int, each: Rung, seconds: int, earlier: Score | None) -> RungView:
        return RungView(each, seconds, earlier, lambda score: self._keep(number, score))

    def _keep(self, number: int, score: Score) -> None:
        kept = with_score(self._progress.kept(KEPT), self.ladder_id, number, score, of=len(self.rungs))
        self._progress.keep(KEPT, kept)
        self._say()

    def _say(self) -> None:
        scores = [each.score for each in self.rungs if each.score is not None]
        notice = f"<br>{escape(self._progress.notice)}" if self._progress.notice else ""
        self.status.value = live(f"<b>{climbed(scores, len(self.rungs))}.</b>{notice}")

    def display(self) -> None:
        display_widget(self.box, "A ladder: run this cell to climb it.")


class RungView:
    """`clock`, `boxes` (item → Checkbox), `commit`, `again`: the widgets; `score`: the last one, None before the first."""

    def __init__(self, each: Rung, seconds: int, earlier: Score | None, on_score: Callable[[Score], None]) -> None:
        import ipywidgets as widgets

        self.rung, self._on_score = each, on_score
        self.score = earlier if earlier is not None and self._fits(earlier) else None
        level = f'<b class="course-level course-level-{each.level}">{each.level}</b>'
        self.title = widgets.HTML(f"{level}<b>{inline(each.asked)}</b>")
        self.clock = countdown(seconds, each.asked)
        self.clock.observe(lambda _: self.refresh(), names="phase")
        self.boxes = {item.says: self._box(item.says, item.means) for item in each.items}
        self.commit = button("", "course-score", self._commit, style="primary")
        self.again = button("Again, on the clock", "course-rung-again", self._again)
        self.told = widgets.HTML()
        self.box = widgets.VBox().add_class("course-rung")
        self._open = self.score is not None
        self.refresh()

    def _fits(self, score: Score) -> bool:
        """A remembered score may stem from other items."""
        return {*score.said, *score.missed} == {item.says for item in self.rung.items}

    def _box(self, says: str, means: str) -> Any:
        import ipywidgets as widgets

        made = widgets.Checkbox(False, description=f"I {says}{means}", indent=False, layout={"width": "auto"}).add_class("course-item")
        made.observe(lambda _: self._count(), names="value")
        return made

    def _count(self) -> None:
        self.commit.description = f"{sum(box.value for box in self.boxes.values())} of {len(self.boxes)}: score it and open the answer"

    def _commit(self) -> None:
        said = tuple(name for name, box in self.boxes.items() if box.value)
        missed = tuple(name for name in self.boxes if name not in said)
        self.score, self._open = Score(said, missed, self.clock.used_s), True
        self._on_score(self.score)
        self.refresh()
        self.again.focus()  # the button that had the keyboard is gone

    def _again(self) -> None:
        """Fold the answer for another try; the score stands until there is a new one."""
        self._open = False
        for box in self.boxes.values():
            box.value = False
        self.clock.phase = READY
        self.refresh()

    def refresh(self) -> None:
        """Bring the widgets in line: asked, said (the four items), or scored (the answer)."""
        import ipywidgets as widgets

        self._count()
        (self.box.add_class if self._open else self.box.remove_class)("course-rung-open")
        if self._open and self.score is not None:
            answer = widgets.HTML(f"<b>A model answer</b>{paragraphs(self.rung.answer)}").add_class("course-model-answer")
            self.told.value = live(self._feedback(self.score))
            self.box.children = [self.title, self.told, answer, self.again]
            return
        self.told.value = ""
        asked = [self.title, self.clock]  # stay in their place, so that the keyboard does
        scoring = [widgets.HTML("What did you say? Score it before you read."), *self.boxes.values(), self.commit]
        self.box.children = [*asked, *scoring] if self.clock.phase == DONE else asked

    def _feedback(self, score: Score) -> str:
        head = f"<b>{len(score.said)} of {len(self.boxes)}</b>" + (f" in {score.used_s:.0f} s." if score.used_s else ".")
        if not score.missed:
            return f"{head} Now compare: what does the model answer leave out, and could you?"
        advice = " ".join(item.advice for item in self.rung.items if item.says in score.missed)
        return f"{head} Left out: {escape('; '.join(f'“{name}”' for name in score.missed))}. {inline(advice)}".rstrip()
