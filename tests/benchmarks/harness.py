"""What every benchmark shares: interleaved rounds, medians, and one table of figures, ratios, targets and verdicts.

Absolute figures of a busy machine move by half between runs; what is compared is measured side by side, round by round,
and the median of the rounds' ratios is what a target is about.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Measure = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of `make bench`. `ratio` is against `baseline`; `target` in words, `ok` None when there is none to meet."""

    name: str
    figure: float
    unit: str
    ratio: float | None = None
    baseline: str = ""
    target: str = ""
    ok: bool | None = None

    @property
    def verdict(self) -> str:
        return "" if self.ok is None else "PASS" if self.ok else "FAIL"


def interleave(measures: dict[str, Measure], rounds: int = 7, warm_up: bool = True) -> dict[str, list[float]]:
    """Each measure once per round, in turn; the figures by name. A first, unrecorded round warms up."""
    figures: dict[str, list[float]] = {name: [] for name in measures}
    for number in range(-1 if warm_up else 0, rounds):
        for name, measure in measures.items():
            figure = measure()
            if number >= 0:
                figures[name].append(figure)
    return figures


def median_ratio(figures: dict[str, list[float]], name: str, baseline: str) -> float:
    """Median over the rounds of name ÷ baseline, each pair taken in the same round."""
    return statistics.median(a / b for a, b in zip(figures[name], figures[baseline], strict=True))


def row(figures: dict[str, list[float]], name: str, unit: str, baseline: str = "", at_least: float | None = None) -> Row:
    """The row of `name`: its median, its ratio to `baseline`, PASS when that is at least `at_least`."""
    ratio = median_ratio(figures, name, baseline) if baseline else None
    target = "" if at_least is None else f"≥ {at_least:g} × {baseline}"
    ok = None if at_least is None or ratio is None else ratio >= at_least
    return Row(name, statistics.median(figures[name]), unit, ratio, baseline, target, ok)


def per_second(work: Callable[[], object], amount: int) -> Measure:
    """A measure: how many of `amount` things `work()` does in a second."""

    def measure() -> float:
        started = time.perf_counter()
        work()
        return amount / (time.perf_counter() - started)

    return measure


def table(rows: Iterable[Row], title: str = "") -> str:
    """The rows as aligned text."""
    head = ("", "median", "unit", "ratio", "target", "")
    cells = [head, *((r.name, f"{r.figure:,.3g}", r.unit, _ratio(r), r.target, r.verdict) for r in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    left = (0, 2, 4, 5)
    lines = [
        "  ".join(c.ljust(w) if i in left else c.rjust(w) for i, (c, w) in enumerate(zip(line, widths, strict=True))) for line in cells
    ]
    return "\n".join([title, *(line.rstrip() for line in lines)] if title else [line.rstrip() for line in lines])


def _ratio(row: Row) -> str:
    return "" if row.ratio is None else f"{row.ratio:.3f} ×"


def report(rows: list[Row], title: str = "") -> int:
    """Print the table; the exit status: 0 when every target is met."""
    print(table(rows, title))
    return int(any(row.ok is False for row in rows))
