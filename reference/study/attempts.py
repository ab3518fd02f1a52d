"""What the learner's file remembers of the exercises: tries, the last outcome, hints taken. Older files simply have none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reference.study.progress import Progress

KEPT_AS = "tasks"
NOTHING_WRITTEN = "not attempted"


@dataclass(frozen=True)
class Record:
    """One task's history. `tries`: checks of a real answer; `passed`: ever; `hints`: steps taken; `tries_to_pass`: 0 until then."""

    tries: int = 0
    outcome: str = ""
    passed: bool = False
    hints: int = 0
    tries_to_pass: int = 0


def records(progress: Progress) -> dict[str, Record]:
    """Every task that was touched."""
    return records_in(progress.kept(KEPT_AS))


def records_in(kept: Any) -> dict[str, Record]:
    """The same from what the file keeps; what does not look like a record (a file edited by hand) is left out."""
    listed = kept.items() if isinstance(kept, dict) else ()
    return {grade_id: made for grade_id, facts in listed if (made := _record(facts)) is not None}


def record_of(progress: Progress, grade_id: str) -> Record:
    return records(progress).get(grade_id, Record())


def tried(progress: Progress, grade_id: str, result: str, title: str) -> Record:
    """Remember a check. One that found nothing written is no try, and what was once passed stays passed."""
    old = record_of(progress, grade_id)
    tries = old.tries + (result != NOTHING_WRITTEN)
    now = result == "passed"
    new = replace(old, tries=tries, outcome=title, passed=old.passed or now)
    if now and not old.passed:
        new = replace(new, tries_to_pass=tries)
    return _keep(progress, grade_id, new)


def hinted(progress: Progress, grade_id: str, most: int) -> Record:
    """One hint further, up to `most`."""
    old = record_of(progress, grade_id)
    return _keep(progress, grade_id, replace(old, hints=min(old.hints + 1, most)))


def _keep(progress: Progress, grade_id: str, record: Record) -> Record:
    kept = progress.kept(KEPT_AS)
    progress.keep(KEPT_AS, {**(kept if isinstance(kept, dict) else {}), grade_id: asdict(record)})
    return record


def _record(facts: Any) -> Record | None:
    if not isinstance(facts, Mapping):
        return None
    known = {name: facts[name] for name, default in asdict(Record()).items() if type(facts.get(name)) is type(default)}
    return Record(**known)
