"""A task made by hand, so that what checks do can be tested without the content of the course."""

from __future__ import annotations

import linecache
from dataclasses import dataclass
from typing import Any

from reference.contracts import Contract, Report
from reference.study.answers import call, called, same
from reference.study.task import Task, Trial


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial


laws: Contract[Asked] = Contract("shares")


@laws.behaviour(why="Half of the bill is what both pay.", hint="Divide by the number of people.")
def everybody_pays_the_same(asked: Asked) -> None:
    people = asked.trial.variant.people
    for bill in (10, 10_000 if asked.trial.hidden else 20):
        same(bill / people, call(asked.answer, bill), given=called(asked.answer, bill))


@laws.behaviour(why="Nobody pays nothing.", hint="Nothing divided is nothing.")
def nothing_costs_nothing(asked: Asked) -> None:
    same(0.0, call(asked.answer, 0), given=called(asked.answer, 0))


def judge(answer: Any, trial: Trial) -> Report:
    return laws.run(Asked(answer, trial), deadline_s=0.5, patience_s=0.1)


SHARE = Task(
    grade_id="small-share",
    topic="00_small",
    title="Who pays what",
    kind="code",
    level="apply",
    points=2,
    minutes=5,
    answer="share",
    why="It comes up at every dinner.",
    hints=("What is shared?", "By how many?", "Divide."),
    read="notebook `00_small`, section 1",
    judge=judge,
    draw=lambda rng: {"people": 4},
    asks="**{people}** people share a bill.",
)
RIGHT = "def share(bill):\n    return bill / small_share.people\n"


def ran(source: str, number: int = 1) -> dict[str, Any]:
    """The namespace of a notebook in which this cell has run, as IPython leaves it."""
    filename = f"/nowhere/ipykernel_1/{number}.py"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {"__name__": "__main__", "In": ["", source], "small_share": SHARE.variant()}
    exec(compile(source, filename, "exec"), namespace)
    return namespace
