"""How long a learner waits for `check`: the slowest task's median, solution and stub alike."""

from __future__ import annotations

import statistics
import sys
import time

from reference.study.attempt import try_source
from reference.study.hints import solution_cells
from reference.study.task import Task, tasks
from tests.benchmarks.harness import Row, report

LIMIT_S = 1.0


def run(rounds: int = 3) -> list[Row]:
    """Median seconds per task, for the five slowest; the target is for each."""
    took_s = {grade_id: statistics.median(seconds(each) for _ in range(rounds)) for grade_id, each in tasks().items()}
    slowest = sorted(took_s, key=lambda grade_id: -took_s[grade_id])[:5]
    return [Row(f"check({name!r})", took_s[name], "s", target=f"≤ {LIMIT_S:g} s", ok=took_s[name] <= LIMIT_S) for name in slowest]


def seconds(wanted: Task) -> float:
    source = solution_cells(wanted)[wanted.grade_id]
    started = time.perf_counter()
    try_source(wanted, source)
    return time.perf_counter() - started


def main() -> int:
    return report(run(), f"Checks of exercises ({len(tasks())} tasks; the slowest)")


if __name__ == "__main__":
    sys.exit(main())
