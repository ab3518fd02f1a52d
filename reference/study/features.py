"""Cut to three: features that one might build, the rows and decisions that each brings, and what to say of a choice."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from reference.estimation.decisions import decisions
from reference.estimation.estimate import definitions


@dataclass(frozen=True, slots=True)
class Feature:
    """`rows`: rows of the estimate that it brings; `needs`: other feature → what is missing without it."""

    name: str
    label: str
    adds: str
    rows: tuple[str, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> str:
        """What it brings to the estimate, in a few words."""
        if not self.rows:
            return "No row in this estimate."
        rows = f"{len(self.rows)} row{'s' if len(self.rows) > 1 else ''} of the estimate"
        return f"{rows}; decides: {', '.join(map(spoken_name, self.brings())) or 'nothing'}."

    def brings(self) -> tuple[str, ...]:
        """Names of the decisions that its rows drive; empty where this estimate has no row for it."""
        driven = {each.drives for each in definitions() if each.name in self.rows} - {""}
        return tuple(name for name, each in decisions().items() if name in driven or each.row in self.rows)


def spoken_name(decision: str) -> str:
    """The name of a decision as text: "fanout policy"."""
    return decision.replace("_", " ")


@cache
def features() -> dict[str, Feature]:
    """Every feature by name, in the order of features.toml."""
    return {each["name"]: Feature(**(each | {"rows": tuple(each.get("rows", ()))})) for each in feature_rules()["feature"]}


@cache
def feature_rules() -> dict[str, Any]:
    """features.toml as it stands: most, example, example_non_goals, feature."""
    return tomllib.loads(Path(__file__).with_name("features.toml").read_text(encoding="utf-8"))


def scope_feedback(chosen: Collection[str], non_goals: str) -> list[str]:
    """What to say of a choice of features and of the non-goals beside it: lines of Markdown, the count first."""
    picked = [each for name, each in features().items() if name in chosen]
    missing = [sentence for each in picked for need, sentence in each.needs.items() if need not in chosen]
    brought = [name for name in decisions() if any(name in each.brings() for each in picked)]
    lines = [_counted(len(picked)), *missing]
    if picked:
        lines.append(f"They bring {len(brought)} of {len(decisions())} decisions: {', '.join(map(spoken_name, brought)) or 'none'}.")
    return [*lines, _about(non_goals)]


def _counted(count: int) -> str:
    most = feature_rules()["most"]
    if count > most:
        return f"**{count} features are too many** for an interview: {most} that work together show more. Which can wait?"
    if count < most:
        return f"**{count} of {most}**: there is room for {most - count} more."
    return f"**{most} of {most}.** Say them aloud, and that the others can wait."


def _about(non_goals: str) -> str:
    if not non_goals.strip():
        return "Write what you leave out: a non-goal that you name is a decision, one that you do not name is a gap."
    return "Say the non-goals aloud and wait for a nod: whatever the interviewer puts back in belongs to the score, not against it."
