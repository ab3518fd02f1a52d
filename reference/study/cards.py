"""What frames a notebook: the opening strip, the assumptions table, the claim check. HTML in Lab's colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reference import notebook
from reference.estimation.claims import Claim, find_claim
from reference.notebook import escape, inline, paragraphs
from reference.study.style import card
from reference.twitter.errors import require

RESHADED = (
    "Requirements",
    "Estimations",
    "System interface",
    "High-level design",
    "API design",
    "Data model",
    "dEep dive",
    "Discussion",
)


def opening(here: str, *, core_min: int, more_min: int = 0, say: Sequence[str] = (), prerequisites: Sequence[str] = ()) -> None:
    """The strip with "you are here", the minutes, what you will be able to say, and what to know before.

    here: one of RESHADED (others, such as "Start", show the strip without a mark). say, prerequisites: lines of Markdown.
    """
    steps = "".join(f"<li{_current(step, here)}>{step}{' · you are here' if step == here else ''}</li>" for step in RESHADED)
    minutes = f"<p><b>{core_min} minutes</b> for the core" + (f", {more_min} more for those who want it" if more_min else "") + ".</p>"
    able = _bullets("After it you will be able to say", say)
    before = _bullets("Before it", prerequisites)
    text = f"{' > '.join(RESHADED)} · you are here: {here} · core {core_min} min, more {more_min} min"
    strip = f'<ol class="course-strip" aria-label="The phases of RESHADED">{steps}</ol>'
    notebook.publish(card(f"{strip}{minutes}{able}{before}", label="Opening"), text=text)


def _current(step: str, here: str) -> str:
    return ' aria-current="step"' if step == here else ""


def _bullets(title: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{inline(line)}</li>" for line in lines)
    return f"<p>{title}:</p><ul>{items}</ul>" if lines else ""


def assumptions(rows: Iterable[Sequence[object]]) -> None:
    """The assumptions table: rows of (what, value, unit, where from). Numbers are grouped by thousands."""
    listed = [tuple(_cell(cell) for cell in row) for row in rows]
    for row in listed:
        require(len(row) == 4, f"an assumption has 4 cells (what, value, unit, where from), not {len(row)}: {row!r}")
    header = ("assumption", "value", "unit", "where from")
    text = "\n".join(" · ".join(row) for row in [header, *listed])
    notebook.publish(card(notebook.table(header, listed, render=inline), label="Assumptions"), text=text)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def claim(
    design: str | Claim,
    section: str = "",
    says: str = "",
    *,
    verdict: str = "",
    hint: str = "",
) -> None:
    """A claim check: what a published design says, "what is wrong here?", and (folded) our verdict.

    design: "C" with `section` and `says` in our words, or a claim, or the id of one stored as data ("C-celebrity-threshold").
    verdict, hint (default: the claim's `look`): lines of Markdown, folded. Run the check in the next cell. Nobody needs the original.
    """
    subject = _subject(design, section, says)
    folds = "".join(_fold(title, text) for title, text in (("A hint", hint or subject.look), ("What we found", verdict)) if text)
    where = f"Design {escape(subject.design)}" + (f", {escape(subject.section)}" if subject.section else "")
    html = f"<h4>Claim check</h4><p><b>{where}</b> says: {inline(subject.says)}</p><p><b>What is wrong here?</b></p>{folds}"
    text = f"Claim check. Design {subject.design}, {subject.section} says: {subject.says} What is wrong here? {verdict}".strip()
    notebook.publish(card(html, label="Claim check"), text=text)


def _subject(design: str | Claim, section: str, says: str) -> Claim:
    if isinstance(design, Claim):
        return design
    return Claim(id="", design=design, section=section, says=says) if says else find_claim(design)


def _fold(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>{paragraphs(text)}</details>"
