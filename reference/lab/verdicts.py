"""Verdicts of the audit counted and drawn: by design, by kind of statement, by topic, by tolerance, and what several designs share."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reference.estimation.audit import TOLERANCE, VERDICTS, Audit, Finding
from reference.lab import charts

if TYPE_CHECKING:
    import pandas as pd

ROLES = {"holds": "hybrid", "off": "pull", "contradicts": "optimal", "cannot work": "threshold", "unsupported": "naive"}
BROKEN = ("cannot work", "contradicts", "off")


def checkable(findings: Iterable[Finding]) -> list[Finding]:
    """The numbers that can be put beside another: recomputed from the design's own inputs, or stated in two places."""
    return [each for each in findings if each.claim.value is not None and each.computed is not None]


def counts_by(findings: Iterable[Finding], key: Callable[[Finding], str]) -> dict[str, dict[str, int]]:
    """key → verdict → claims, keys in order of appearance."""
    found: dict[str, dict[str, int]] = {}
    for each in findings:
        row = found.setdefault(key(each), dict.fromkeys(VERDICTS, 0))
        row[each.kind] += 1
    return found


def stacked(counts: Mapping[str, Mapping[str, int]], title: str, verdicts: Sequence[str] = VERDICTS, unit: str = "claims") -> Any:
    """One bar per row of `counts`, a segment per verdict with its number inside."""
    import plotly.graph_objects as go

    figure = charts.house(go.Figure())
    for verdict in verdicts:
        numbers = [row[verdict] for row in counts.values()]
        bar = {"x": numbers, "y": list(counts), "text": [str(number or "") for number in numbers], "textposition": "inside"}
        font = {"color": "#111", "size": 13}  # dark on each of the five colours
        colour = charts.COLOURS[ROLES[verdict]]
        figure.add_trace(
            go.Bar(**bar, orientation="h", name=verdict, marker_color=colour, insidetextfont=font, insidetextanchor="middle", textangle=0)
        )
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(title_text=unit)
    height = 170 + 34 * len(counts)
    return figure.update_layout(
        barmode="stack", bargap=0.25, legend_traceorder="normal", showlegend=True, title_text=title, height=height, margin_t=96
    )


def design_figure(counts: Mapping[str, Mapping[str, int]], title: str, verdicts: Sequence[str] = VERDICTS, unit: str = "claims") -> Any:
    """`stacked` with a bar for each design."""
    return stacked({f"design {letter}": row for letter, row in counts.items()}, title, verdicts, unit)


def kind_table(findings: Audit) -> pd.DataFrame:
    """Kinds of statement × verdicts, and the share that holds of those that could be judged; the surest kind on top.

    Numbers are those that are checkable, of whatever kind; clashes between passages that are no numbers are left out.
    """
    import pandas as pd

    numbers = {each.claim.id for each in checkable(findings)}
    rows = [each for each in findings if each.claim.id in numbers or each.claim.kind in ("design", "protocol", "schema", "code")]
    counts = counts_by(rows, lambda each: "checkable numbers" if each.claim.id in numbers else each.claim.kind)
    frame = pd.DataFrame(counts).T.drop(columns="unsupported")
    shares = (100 * frame["holds"] / frame.sum(axis=1)).round().astype(int)
    return frame.assign(**{"holds, %": shares}).sort_values("holds, %", ascending=False).rename_axis("kind")


def topic_figure(findings: Iterable[Finding], most: int = 12) -> Any:
    """The topics in which most claims break, with those that hold beside them."""
    counts = counts_by(findings, lambda each: each.claim.topic)
    broken = {topic: sum(row[verdict] for verdict in BROKEN) for topic, row in counts.items()}
    top = sorted(counts, key=lambda topic: -broken[topic])[:most]
    title = f"Most breaks in {top[0]}, {top[1]} and {top[2]}"
    return stacked({topic: counts[topic] for topic in top}, title, (*BROKEN, "holds"))


def off_factor(finding: Finding) -> float:
    """How far a checkable number lies from what follows: 1 where its relation is met, 2 for twice or half."""
    stated, computed, relation = finding.claim.value, finding.computed, finding.claim.relation
    assert stated is not None and computed is not None
    if stated == computed:
        return 1.0
    if not stated or not computed or relation == "exactly":
        return math.inf
    ratio = stated / computed
    sides = {"at most": (1 / ratio,), "at least": (ratio,)}.get(relation, (ratio, 1 / ratio))
    return max(1.0, *sides)


ROUNDING = 1 / (1 - TOLERANCE)  # the factor that the audit forgives
FACTORS = (1.0, 1.01, 1.02, ROUNDING, 1.1, 1.2, 1.5, 2, 3, 5, 10, 20, 50, 100, 300, 1_000)


def tolerance_figure(numbers: Sequence[Finding], factors: Sequence[float] = FACTORS) -> Any:
    """The share of checkable numbers that lie within a factor of what follows, over that factor."""
    off = [off_factor(each) for each in numbers]
    shares = [100 * sum(each <= factor for each in off) / len(off) for factor in factors]
    at = dict(zip(factors, shares, strict=True))
    title = f"Tolerance is not what decides: {at[ROUNDING]:.0f} % hold within 5 %, {at[1.5]:.0f} % within 1.5×, {at[10]:.0f} % within 10×"
    x, y = "allowed factor between stated and computed", "% of the checkable numbers"
    figure = charts.lines(
        {"hold": (factors, shares)}, title=title, x=x, y=y, log_x=True, roles={"hold": "hybrid"}, thresholds={"5 %": ROUNDING}
    )
    return figure.update_xaxes(tickformat="~g").update_yaxes(range=[0, 103])


SHARED: dict[str, Sequence[str]] = {  # the same slip, made by several authors
    "an author with exactly the threshold": ("A-10.2-threshold-skip-above", "B-core2-threshold-pull-above", "C-4.2-exactly-one-million"),
    "stored in one system, then told to another": (
        "A-8.1-store-then-publish",
        "C-4.2-insert-then-publish",
        "D-9-database-then-kafka",
        "E-5.1-publish-after-commit",
    ),
    "a constraint across shards": (
        "A-7.3-unique-over-shards",
        "B-optimisations3-schema-on-shards",
        "C-2.1-unique-index-sharded",
        "E-4-unique-usernames",
    ),
    "look first, then act": ("B-core3-check-first", "C-4.4-liked-check-then-count", "E-5.3-check-then-insert"),
    "counters beside other columns in Cassandra": ("A-7.1-counters-beside-text", "C-2.2-counters-beside-columns"),
    "an increment of a key that expires": ("C-4.4-likes-counted-in-redis", "E-9-follower-count-incr"),
    "many keys, one command, a Redis Cluster": ("D-12-union", "E-5.2-mget-page"),
    "Sentinel for a Redis Cluster": ("A-9.3-cluster-and-sentinel", "C-5.4-sentinel-in-cluster"),
}


def shared_by(slip: str, findings: Audit) -> str:
    """The designs that share a slip: "A C D E"."""
    return " ".join(sorted({findings[each].claim.design for each in SHARED[slip]}))


def shared_table(findings: Audit) -> str:
    """Markdown: slips that several designs share, in which, and why one of them is judged so."""
    rows = [(slip, shared_by(slip, findings), findings[ids[-1]].because) for slip, ids in SHARED.items()]
    return markdown_table(("slip", "designs", "why, in the last of them"), rows)


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, whose long cells wrap (a DataFrame would cut them)."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)
