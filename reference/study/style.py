"""The look of the study aids: one small style sheet in Lab's own colours, so light and dark themes both fit."""

from __future__ import annotations

from reference.notebook import CHART_CSS

_BASE = (
    ".course-card{border:1px solid var(--jp-border-color2,#bbb);border-left:4px solid var(--jp-brand-color1,#1976d2);border-radius:4px;"
    "padding:.7em 1em;margin:.4em 0;max-width:60em;color:var(--jp-ui-font-color1,inherit);background:var(--jp-layout-color1,transparent);"
    "font-size:var(--jp-content-font-size1,14px);line-height:1.5}"
    ".course-card h4{margin:0 0 .3em}.course-card p{margin:.3em 0}.course-card summary{cursor:pointer}"
)
_GATE = (
    ".course-gate,.course-reveal{max-width:62em;overflow:visible}"
    ".course-gate{border:1px solid var(--jp-border-color2,#bbb);"
    "border-left:4px solid var(--jp-brand-color1,#1976d2);border-radius:4px;padding:.6em 1em}"
    ".course-gate .widget-html-content,.course-reveal .widget-html-content{line-height:1.5;white-space:normal;"
    "font-size:var(--jp-content-font-size1,14px);color:var(--jp-ui-font-color1)}"
    ".course-reveal{max-width:none}"
    ".course-reveal-folded{border:1px dashed var(--jp-border-color2,#bbb);border-radius:4px;padding:.3em 1em;max-width:62em;opacity:.85}"
    ".course-gate .widget-text input{font-size:1em}"
    ".course-gate .course-choice{white-space:normal;height:auto;min-height:2em;line-height:1.4;"
    "padding:.25em .9em;text-align:left;width:auto;max-width:58em}"
    ".course-gate button:focus-visible,.course-gate input:focus-visible{"
    "outline:2px solid var(--jp-brand-color1,#1976d2);outline-offset:1px}"
)
_STRIP = (
    ".course-strip{display:flex;flex-wrap:wrap;gap:.25em;list-style:none;padding:0!important;margin:.3em 0!important}"
    ".course-strip li{list-style:none!important;font-size:.92em;"
    "border:1px solid var(--jp-border-color2,#bbb);border-radius:3px;padding:.1em .55em;margin:0}"
    ".course-strip li[aria-current]{background:var(--jp-brand-color1,#1976d2);border-color:var(--jp-brand-color1,#1976d2);"
    "color:var(--jp-ui-inverse-font-color1,#fff);font-weight:600}"
)

STYLE = f"<style>{_BASE}{_STRIP}{CHART_CSS}</style>"
GATE_STYLE = f"<style>{_BASE}{_GATE}{CHART_CSS}</style>"


def card(body_html: str, *, label: str) -> str:
    """A bordered card; `label` names it for screen readers."""
    return f'{STYLE}<div class="course-card" role="group" aria-label="{label}">{body_html}</div>'
