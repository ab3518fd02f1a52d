"""How a task and the outcome of a check look: cards in JupyterLab, the same words as plain text elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from reference.notebook import escape, inline
from reference.study.attempt import EXCEPTION, FAILED, NOT_ATTEMPTED, PASSED, Outcome
from reference.study.attempts import Record
from reference.study.style import card
from reference.study.task import Task

MARKS = {PASSED: "✓", FAILED: "✗", EXCEPTION: "✗", NOT_ATTEMPTED: "○"}
HIDDEN = "public checks; hidden ones count for the mark"
MEND_FIRST = "Python stopped there. Mend that line first; what the answer does is judged afterwards."
LABELS = {"why": "why it matters", "hint": "first pointer", "at": "your line"}

_STYLE = (
    "<style>.course-card:has(>.course-outcome){border-left-color:var(--jp-warn-color1,#b26a00)}"
    ".course-card:has(>[data-result=passed]){border-left-color:var(--jp-success-color1,#2e7d32)}"
    ".course-card:has(>[data-result=failed]),.course-card:has(>[data-result=exception]){border-left-color:var(--jp-error-color1,#c62828)}"
    ".course-outcome table{border-collapse:collapse;margin:.4em 0}"
    ".course-outcome th{text-align:left!important;vertical-align:top;padding:.15em 1em .15em 0;font-weight:600;white-space:nowrap}"
    ".course-outcome td{text-align:left!important;vertical-align:top;padding:.15em 0;white-space:normal}"
    ".course-outcome pre{margin:.3em 0;white-space:pre-wrap}</style>"
)


def ask_html(task: Task) -> str:
    """The card of `ask`."""
    options = "".join(f"<li><code>{escape(repr(key))}</code> {inline(text)}</li>" for key, text in task.options().items())
    listed = f"<ul>{options}</ul>" if options else ""
    head = f"<h4>{escape(task.title)}</h4><p>{inline(task.question())}</p>{listed}"
    return card(f"{head}<p><small>{escape(_about(task))}</small></p>", label=f"Exercise {escape(task.grade_id)}")


def ask_text(task: Task) -> str:
    options = [f"  {key!r}: {text}" for key, text in task.options().items()]
    return "\n".join([f"{task.title} ({_about(task)})", task.question(), *options])


def _about(task: Task) -> str:
    points = "1 point" if task.points == 1 else f"{task.points} points"
    return f"{task.grade_id} · {task.level} · {points} · {task.minutes} minutes"


def outcome_html(task: Task, outcome: Outcome, record: Record, notes: Iterable[str] = ()) -> str:
    """The card of `check`."""
    parts = [f"<h4>{MARKS[outcome.result]} {escape(outcome.title)}{_counts(outcome)}</h4><p><small>{escape(task.title)}</small></p>"]
    if outcome.says:
        parts.append(f"<p>{inline(outcome.says)}</p>")
    if outcome.first is not None:
        cells = "".join(f'<tr><th scope="row">{LABELS.get(name, name)}</th><td>{inline(text)}</td></tr>' for name, text in _rows(outcome))
        parts.append(f"<table>{cells}</table>")
    parts += [f"<p>{inline(line)}</p>" for line in (*_more(outcome), *outcome.notes, *notes)]
    if outcome.printed.strip():
        parts.append(f"<details><summary>What your code printed</summary><pre>{escape(outcome.printed.rstrip())}</pre></details>")
    parts += [f"<p><small>{inline(line)}</small></p>" for line in _further(task, outcome, record)]
    body = f'<div class="course-outcome" data-result="{escape(outcome.result)}" role="status">{"".join(parts)}</div>'
    return card(_STYLE + body, label=f"Check of {escape(task.grade_id)}")


def outcome_text(task: Task, outcome: Outcome, notes: Iterable[str] = ()) -> str:
    lines = [f"{MARKS[outcome.result]} {task.grade_id}: {outcome.title}{_counts(outcome)}", *([outcome.says] if outcome.says else [])]
    if outcome.first is not None:
        lines += [f"    {LABELS.get(name, name):<14} {text}" for name, text in _rows(outcome)]
    return "\n".join([*lines, *_more(outcome), *outcome.notes, *notes])


def _rows(outcome: Outcome) -> list[tuple[str, str]]:
    assert outcome.first is not None
    rows = outcome.first.rows()
    if outcome.result == EXCEPTION:  # no law was judged, so its why and its hint would mislead
        told = [(name, text) for name, text in rows if name in ("given", "got", "at")]
        return [*told, ("while showing", outcome.first.behaviour), ("hint", MEND_FIRST)]
    return rows


def _counts(outcome: Outcome) -> str:
    return f" ({HIDDEN})" if outcome.result == PASSED else ""


def _more(outcome: Outcome) -> list[str]:
    """The other laws, by name."""
    if outcome.first is None or outcome.result == EXCEPTION:
        return []
    shown = f"{outcome.shown} of {outcome.shown + len(outcome.others) + 1} behaviours hold."
    missing = f" Not yet, either: {'; '.join(outcome.others)}." if outcome.others else ""
    return [shown + missing] if outcome.shown + len(outcome.others) else []


def _further(task: Task, outcome: Outcome, record: Record) -> list[str]:
    """Where to go on from here."""
    if outcome.result == PASSED:
        return [f"Compare it with ours: `reveal({task.grade_id!r})`. Where it comes from: {task.read}."]
    left = len(task.hints) - record.hints
    stuck = f"Stuck? `hint({task.grade_id!r})` goes a step further ({left} of {len(task.hints)} left)."
    return [f"{stuck if left else f'All hints again: `hint({task.grade_id!r})`.'} Where it is explained: {task.read}."]
