"""The exercises on the progress board: done, points, and the topics that want another evening."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reference.notebook import escape, table
from reference.study.attempts import Record, records_in
from reference.study.task import Task, tasks

HEADER = ("exercises", "done", "points", "checks")
MANY_TRIES = 6


def exercises_on_the_board(kept: Any) -> tuple[str, str]:
    """(HTML, text) for what the progress file keeps of the exercises; both empty before the first check."""
    if not kept:
        return "", ""
    known = tasks()
    made = {grade_id: record for grade_id, record in records_in(kept).items() if grade_id in known}
    if not made:
        return "", ""
    topics: dict[str, list[Task]] = {}
    for each in known.values():
        topics.setdefault(each.topic, []).append(each)
    rows = [_row(topic, listed, made) for topic, listed in topics.items()]
    weak = [said for topic, listed in topics.items() if (said := _weakness(topic, listed, made))]
    line = f"Weak topics: {'; '.join(weak)}." if weak else ""
    html = table(HEADER, rows) + (f"<p>{escape(line)}</p>" if line else "")
    return html, "\n".join([*(" · ".join(row) for row in [HEADER, *rows]), *([line] if line else [])])


def _row(topic: str, listed: list[Task], made: Mapping[str, Record]) -> tuple[str, str, str, str]:
    done = [each for each in listed if made.get(each.grade_id, Record()).passed]
    points, checks = sum(each.points for each in listed), sum(made.get(each.grade_id, Record()).tries for each in listed)
    return topic, f"{len(done)} of {len(listed)}", f"{sum(each.points for each in done)} of {points}", str(checks)


def _weakness(topic: str, listed: list[Task], made: Mapping[str, Record]) -> str:
    """ "07a_snowflake_ids (1 of 2 tried not solved)"; "" where at least half of what was tried came without much help."""
    tried = [record for each in listed if (record := made.get(each.grade_id)) is not None and record.tries]
    unsolved = sum(not record.passed for record in tried)
    laboured = sum(_laboured(record) for record in tried)
    if not tried or 2 * (unsolved + laboured) <= len(tried):
        return ""
    solved = f"{laboured} solved only with many checks or all hints" if laboured else ""
    open_ones = f"{unsolved} of {len(tried)} tried not solved yet" if unsolved else ""
    return f"{topic} ({', '.join(filter(None, (open_ones, solved)))})"


def _laboured(record: Record) -> bool:
    return record.passed and (record.tries_to_pass >= MANY_TRIES or record.hints >= 3)
