"""`audit_table()`: every claim of the published designs with its verdict, filtered by design, verdict, topic and words.

CSS classes that a browser test may rely on: course-audit, course-audit-filter (the four inputs), course-audit-count, course-audit-rows.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from reference import notebook
from reference.estimation.audit import VERDICTS, Audit, Finding, audit
from reference.notebook import escape
from reference.study.gate_view import display_widget
from reference.study.panel import PANEL_STYLE, button, framed, live
from reference.study.style import card

PAGE_ROWS = 10
HEADLESS_ROWS = 5
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
HEADER = ("claim", "what it says, and why it is judged so", "stated", "computed", "verdict", "run in")


def audit_table(findings: Audit | None = None) -> AuditTable:
    """All findings, or those given. Put it last in a cell, or hand it to `gate.reveal`. A headless run shows counts and the first rows."""
    return AuditTable(findings if findings is not None else audit())


class AuditTable:
    """See `audit_table`. `widget`: the panel in JupyterLab, None in a headless run; made when first asked for."""

    def __init__(self, findings: Audit) -> None:
        self.findings = findings
        self._view: AuditView | None = None

    @property
    def view(self) -> AuditView:
        self._view = self._view or AuditView(self.findings)
        return self._view

    @property
    def widget(self) -> Any:
        return self.view.box if notebook.interactive() else None

    def _ipython_display_(self) -> None:
        if notebook.interactive():
            display_widget(self.widget, "The table of all claims: run this cell to filter it.")
            return
        rows = list(self.findings)[:HEADLESS_ROWS]
        said = f"{counted(self.findings)} The first {len(rows)}:"
        text = "\n".join([said, *(f"{each.claim.id} · {each.verdict}" for each in rows)])
        notebook.publish(card(f"<p>{escape(said)}</p>{rows_html(rows)}", label="The audit"), text=text)


class AuditView:
    """The widgets: `design`, `verdict`, `topic` (Dropdown), `words` (Text), `earlier`, `later`, `count` (HTML), `rows` (Output)."""

    def __init__(self, findings: Audit) -> None:
        import ipywidgets as widgets

        self.findings, self.shown, self.first = findings, findings, 0
        claims = [each.claim for each in findings]
        self.design = _choice("Design:", sorted({each.design for each in claims}))
        self.verdict = _choice("Verdict:", VERDICTS)
        self.topic = _choice("Topic:", sorted({each.topic for each in claims}))
        self.words = widgets.Text(description="Words:", placeholder="a word, or a part of an id", layout={"width": "22em"})
        for each in self.filters:
            each.add_class("course-audit-filter").observe(lambda _: self._filter(), names="value")
        self.count = widgets.HTML().add_class("course-audit-count")
        self.rows = widgets.Output().add_class("course-audit-rows")  # an Output, because Lab follows the links in one
        self.earlier = button("Earlier rows", "course-audit-earlier", lambda: self._turn(-PAGE_ROWS))
        self.later = button("Later rows", "course-audit-later", lambda: self._turn(PAGE_ROWS))
        inputs = widgets.HBox(self.filters, layout={"flex_flow": "row wrap"})
        pages = widgets.HBox([self.earlier, self.later])
        self.box = framed(widgets.HTML(PANEL_STYLE), inputs, self.count, pages, self.rows).add_class("course-audit")
        self.box.layout.max_width = "none"
        self.refresh()

    @property
    def filters(self) -> list[Any]:
        return [self.design, self.verdict, self.topic, self.words]

    def _filter(self) -> None:
        chosen = {"design": self.design.value, "kind": self.verdict.value, "topic": self.topic.value}
        self.shown, self.first = self.findings.only(**chosen, text=self.words.value.strip()), 0
        self.refresh()

    def _turn(self, rows: int) -> None:
        if 0 <= self.first + rows < len(self.shown):  # the buttons stay enabled: a disabled one would drop the keyboard
            self.first += rows
            self.refresh()

    def refresh(self) -> None:
        """Show the page of what is filtered."""
        page = list(self.shown)[self.first : self.first + PAGE_ROWS]
        place = f" Rows {self.first + 1} to {self.first + len(page)}:" if page else ""
        self.count.value = live(f"{escape(counted(self.shown))}{place}")
        html = rows_html(page) if page else "<p>Nothing fits. Take a filter away.</p>"
        self.rows.outputs = ({"output_type": "display_data", "data": {"text/html": html, "text/plain": ""}, "metadata": {}},)


def _choice(name: str, options: Any) -> Any:
    import ipywidgets as widgets

    return widgets.Dropdown(options=[("all", ""), *((each, each) for each in options)], description=name, layout={"width": "16em"})


SAID = {"holds": "hold", "contradicts": "contradict"}  # of several


def counted(findings: Audit) -> str:
    """How many, and of which verdict: "1,568 claims: 377 hold, 54 off, …"."""
    kinds = ", ".join(f"{count:,} {kind if count == 1 else SAID.get(kind, kind)}" for kind, count in findings.counts().items() if count)
    return f"{len(findings):,} claim{'' if len(findings) == 1 else 's'}{': ' + kinds if kinds else ''}."


def rows_html(findings: list[Finding]) -> str:
    """The rows as a table; the last column links to the cell that runs the claim, where one does."""
    body = "".join(_row(each) for each in findings)
    head = "".join(f'<th scope="col" style="text-align:left">{name}</th>' for name in HEADER)
    return f'<table class="course-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row(each: Finding) -> str:
    what = f"{escape(each.claim.says)}<br><i>{escape(each.because)}</i>" if each.because else escape(each.claim.says)
    _, _, stated, computed, *_ = (escape(cell) for cell in Audit({"": each}).cells()[0])
    name = f"{escape(each.claim.id)}<br>design {each.claim.design}, {escape(each.claim.section)}"
    cells = (name, what, stated, computed, f"<b>{escape(each.verdict)}</b>", place_html(each))
    return "<tr>" + "".join(f'<td style="text-align:left;vertical-align:top">{cell}</td>' for cell in cells) + "</tr>"


def place_html(each: Finding) -> str:
    """A link to the cell that runs the claim; "this row" where none does, since row and reason are then all there is."""
    short, _, cell = each.claim.shown.partition("#")
    name = _notebook(short) if short else ""
    return f'<a href="{name}#cell-id={escape(cell)}">{escape(short)}</a>' if name else escape(short) or "this row"


@cache
def _notebook(short: str) -> str:
    """The file of notebook "07b"; empty where there is none."""
    return next((path.name for path in sorted(NOTEBOOKS.glob(f"{short}_*.ipynb"))), "")
