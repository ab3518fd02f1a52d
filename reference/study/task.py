"""What an exercise asks and who judges it: one `Task` per grade id, found by name. Tasks stand in `reference.study.tasks`.

A task holds the question, its hints and its judge, never a solution: a student's copy of the course has all of it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts.report import Report
from reference.study import seeds
from reference.twitter.errors import NotFound, require

KINDS, LEVELS = ("code", "number", "choice"), ("recall", "apply", "design")
ALLOWED = frozenset({
    "__future__", "abc", "array", "bisect", "collections", "collections.abc", "contextlib", "copy", "dataclasses", "datetime", "decimal",
    "enum", "fractions", "functools", "hashlib", "heapq", "itertools", "json", "math", "operator", "random", "re", "statistics", "struct",
    "threading", "time", "typing", "zlib", "numpy",
})  # fmt: skip
"""What an answer may import unless its task says otherwise."""


@dataclass(frozen=True)
class Trial:
    """What an answer is judged with: the `variant` that was asked, dice, and whether this is the hidden check (other sizes)."""

    variant: SimpleNamespace
    rng: np.random.Generator
    hidden: bool = False


@dataclass(frozen=True)
class Task:
    """One exercise. `answer`: the name that its cell defines; `judge(answer, trial)`: the contract.

    `draw(rng)`: the variant's parameters, plain values by name. `asks`: one line of Markdown with {parameters}, shown by `ask()`.
    `choices`: key → text, for a choice; the texts may hold {parameters} too. `why`, `hints`, `read`: lines of Markdown.
    """

    grade_id: str
    topic: str
    title: str
    kind: str
    level: str
    points: int
    minutes: int
    answer: str
    why: str
    hints: tuple[str, str, str]
    read: str
    judge: Callable[[Any, Trial], Report]
    draw: Callable[[np.random.Generator], Mapping[str, Any]]
    asks: str
    allowed: frozenset[str] = ALLOWED
    choices: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require(self.kind in KINDS, f"kind must be one of {', '.join(KINDS)}, not {self.kind!r}")
        require(self.level in LEVELS, f"level must be one of {', '.join(LEVELS)}, not {self.level!r}")
        require(len(self.hints) == 3, f"{self.grade_id} must have 3 hints, not {len(self.hints)}")
        require((self.kind == "choice") == bool(self.choices), f"{self.grade_id}: a choice, and nothing else, has choices")

    @property
    def given(self) -> str:
        """The name under which the notebook keeps what `ask` returned: the grade id with underscores."""
        return self.grade_id.replace("-", "_")

    def variant(self) -> SimpleNamespace:
        """The parameters that are asked of this class: the same for everybody with the same variant seed."""
        return SimpleNamespace(**self.draw(seeds.rng_for(self.grade_id, seeds.variant_seed())))

    def question(self) -> str:
        """`asks`, with the variant's parameters."""
        return self.asks.format(**vars(self.variant()))

    def options(self) -> dict[str, str]:
        """The choices, with the variant's parameters."""
        return {key: text.format(**vars(self.variant())) for key, text in self.choices.items()}

    def trial(self, hidden_seed: int | None = None) -> Trial:
        """What the public check tries (None), or the hidden check of that seed."""
        dice = (0,) if hidden_seed is None else (1, hidden_seed)
        return Trial(self.variant(), seeds.rng_for(self.grade_id, *dice), hidden_seed is not None)


def task(grade_id: str) -> Task:
    """The task of that id. Raises NotFound that lists the ids of its topic, or all."""
    found = tasks()
    if grade_id not in found:
        like = [name for name in found if name.split("-")[0] == grade_id.split("-")[0]] or list(found)
        raise NotFound(f"no task {grade_id!r}; there are: {', '.join(like)}")
    return found[grade_id]


@cache
def tasks() -> Mapping[str, Task]:
    """Every task by its grade id, topic by topic. Read when first asked for. O(tasks)."""
    package = importlib.import_module("reference.study.tasks")
    modules = [importlib.import_module(f"{package.__name__}.{each.name}") for each in pkgutil.iter_modules(package.__path__)]
    listed = [each for module in modules for each in getattr(module, "TASKS", [])]
    listed.sort(key=lambda each: each.topic)
    found = {each.grade_id: each for each in listed}
    require(len(found) == len(listed), f"two tasks bear one grade id among {sorted(each.grade_id for each in listed)}")
    return found
