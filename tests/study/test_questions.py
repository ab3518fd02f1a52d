"""What a task says to the learner holds word by word: names that exist, minutes that add up, examples that fit the answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reference.study.task import task, tasks
from tests.house import house

OF_A_VARIANT = re.compile(r"\b(\w+)\.(\w+)")
CLAIMED = re.compile(r"^About (\d+) minutes\.", re.MULTILINE)
OWN_ANSWER = re.compile(r"design, \d+ points, (\d+) minutes$", re.MULTILINE)
IN_WORDS = "In 150 to 250 words"  # a task that people grade is not in the registry
ROUNDED_TO_MINUTES = 5

every_task = pytest.mark.parametrize("grade_id", sorted(tasks()))
every_topic = pytest.mark.parametrize("path", sorted((house.ROOT / "exercises").glob("*/*.ipynb")), ids=lambda path: path.stem)


@every_task
def test_a_parameter_that_the_card_names_is_one_that_ask_returns(grade_id: str) -> None:
    """`fanout_merge.run`, not `merge.run`: what is copied from the card has to run."""
    wanted = task(grade_id)
    givens = {each.given for each in tasks().values()} | {each.given.partition("_")[2] for each in tasks().values()}
    named = [(owner, name) for owner, name in OF_A_VARIANT.findall(wanted.question()) if owner in givens]
    assert [pair for pair in named if pair[0] != wanted.given or not hasattr(wanted.variant(), pair[1])] == []


@every_topic
def test_the_minutes_of_a_topic_are_those_of_its_exercises(path: Path) -> None:
    cells = ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    [claimed] = CLAIMED.findall(cells[0])
    by_hand = [int(minutes) for cell in cells if IN_WORDS in cell for minutes in OWN_ANSWER.findall(cell)]
    each = [wanted.minutes for wanted in tasks().values() if wanted.topic == path.stem]
    assert abs(int(claimed) - sum(each) - sum(by_hand)) < ROUNDED_TO_MINUTES
