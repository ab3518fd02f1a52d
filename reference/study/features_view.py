"""`choose_features()`: check boxes for the features, a text area for the non-goals, one live line of feedback.

CSS classes that a browser test may rely on: course-features, course-feature (one box each), course-non-goals, course-scope-feedback.
"""

from __future__ import annotations

from typing import Any

from reference import notebook
from reference.notebook import escape, inline
from reference.study import progress
from reference.study.features import Feature, feature_rules, features, scope_feedback
from reference.study.gate_view import display_widget
from reference.study.panel import PANEL_STYLE, framed, live
from reference.study.style import card

KEPT = "features"


def choose_features() -> None:
    """Cut to three features and write the non-goals; what is chosen is kept at once. A headless run shows the list and one choice."""
    if notebook.interactive():
        display_widget(FeaturesView(*kept_features()).box, "Cut to three features: run this cell to choose.")
        return
    chosen, non_goals = feature_rules()["example"], feature_rules()["example_non_goals"]
    rows = [(each.label, each.adds, each.told()) for each in features().values()]
    said = "".join(f"<li>{inline(line)}</li>" for line in scope_feedback(chosen, non_goals))
    labels = ", ".join(features()[name].label for name in chosen)
    one = f"<p><b>One choice:</b> {escape(labels)}.</p><p><b>Non-goals:</b> {escape(non_goals)}</p><ul>{said}</ul>"
    table = notebook.table(("feature", "what it adds", "what it brings to the estimate"), rows)
    notebook.publish(card(f"<h4>Cut to three</h4>{table}{one}", label="Features"), text=f"One choice: {labels}")


def kept_features() -> tuple[list[str], str]:
    """The features that the learner chose, and the non-goals; nothing where nothing is kept."""
    kept = progress.current().kept(KEPT)
    kept = kept if isinstance(kept, dict) else {}
    chosen = kept.get("chosen")
    return [name for name in features() if isinstance(chosen, list) and name in chosen], str(kept.get("non_goals", ""))


class FeaturesView:
    """The widgets: `boxes` name → Checkbox, `non_goals` (Textarea), `feedback` (HTML)."""

    def __init__(self, chosen: list[str], non_goals: str) -> None:
        import ipywidgets as widgets

        self.boxes = {name: widgets.Checkbox(name in chosen, description=each.label, indent=False) for name, each in features().items()}
        self.non_goals = widgets.Textarea(
            non_goals, description="Non-goals:", placeholder="What you leave out, and why it can wait", continuous_update=False
        )
        self.non_goals.layout, self.non_goals.rows = {"width": "min(52em, 100%)"}, 3
        self.feedback = widgets.HTML().add_class("course-scope-feedback")
        for each in (*self.boxes.values(), self.non_goals):
            each.observe(lambda _: self._changed(), names="value")
        rows = [self._row(features()[name], box) for name, box in self.boxes.items()]
        title = widgets.HTML(f"{PANEL_STYLE}<h4>Cut to three features</h4>")
        self.box = framed(title, *rows, self.non_goals.add_class("course-non-goals"), self.feedback).add_class("course-features")
        self._refresh()

    def _row(self, each: Feature, box: Any) -> Any:
        import ipywidgets as widgets

        box.layout, box.tooltip = {"width": "15em", "flex": "0 0 auto"}, each.adds
        text = f"{escape(each.adds)} <i>{escape(each.told())}</i>"
        return widgets.HBox([box.add_class("course-feature"), widgets.HTML(text)])

    def chosen(self) -> list[str]:
        """Names of the features that are checked."""
        return [name for name, box in self.boxes.items() if box.value]

    def _changed(self) -> None:
        progress.current().keep(KEPT, {"chosen": self.chosen(), "non_goals": self.non_goals.value})
        self._refresh()

    def _refresh(self) -> None:
        lines = scope_feedback(self.chosen(), self.non_goals.value)
        notice = progress.current().notice
        self.feedback.value = live("".join(f"<p>{inline(line)}</p>" for line in lines) + (f"<p>{escape(notice)}</p>" if notice else ""))
