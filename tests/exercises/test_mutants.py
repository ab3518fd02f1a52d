"""`make mutants`, `make tasks`, `make viva`: sharp graders, a list that says so, questions from the student's own scenario."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from reference.estimation.estimate import estimate
from reference.study.my_scenario import NAME
from reference.study.scoping import full
from reference.study.task import tasks as known_tasks
from tools import mutants, tasks, viva

SOURCE = '''def limit(x: int) -> int:
    """At most 7."""
    ### BEGIN SOLUTION
    if x > 7:
        raise ValueError(f"{x + 1} is too much")
    return x + 1  # one more
    ### END SOLUTION


LATER = 3 + 4
'''


def test_only_lines_between_the_markers_are_changed() -> None:
    made = mutants.mutants("limit", SOURCE)
    assert {each.was for each in made} == {"if x > 7:", "return x + 1  # one more"}
    assert {"if x >= 7:", "if x > 8:"} <= {each.becomes for each in made}
    assert all(each.source.endswith("LATER = 3 + 4\n") for each in made)


def test_the_wording_of_an_exception_is_nobodys_law() -> None:
    assert not [each for each in mutants.mutants("limit", SOURCE) if "too much" in each.was]


def test_every_mutant_is_another_program_and_compiles() -> None:
    made = mutants.mutants("limit", SOURCE)
    assert len({each.source for each in made}) == len(made) > 10
    for each in made:
        compile(each.source, "mutant", "exec")


def test_a_sample_is_the_same_each_time() -> None:
    made = mutants.mutants("limit", SOURCE)
    assert mutants._some(made, 5) == mutants._some(made, 5) != made[:5]


@pytest.mark.slow
def test_every_equivalent_mutant_has_an_argument_and_is_one_of_the_mutants() -> None:
    listed = mutants.equivalent()
    made = {each.key for each in chain.from_iterable(mutants.of_tasks().values())}
    assert listed and set(listed) <= made, "the solution changed: make mutants, and argue anew"


def test_an_equivalent_mutant_without_an_argument_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.toml"
    path.write_text('[[mutant]]\ntask = "a"\nwas = "b"\nbecomes = "c"\n')
    with pytest.raises(ValueError, match="say why"):
        mutants.equivalent(path)


def test_what_a_whole_run_found_is_kept_with_the_solution_it_was_found_for(tmp_path: Path) -> None:
    name, source = next(iter(mutants.solutions().items()))
    made = mutants.mutants(name, source)
    mutants.record({name: made}, made[:1], tmp_path / "m.json")
    kept = json.loads((tmp_path / "m.json").read_text())[name]
    assert kept["solution"] == mutants.digest(source) and kept["mutants"] == len(made)
    assert len(kept["survivors"]) + kept["equivalent"] == 1


@pytest.mark.slow
def test_at_most_one_mutant_in_twenty_survives() -> None:
    sample = list(chain.from_iterable(mutants.of_tasks(sample=12).values()))
    left = [each for each in mutants.run(sample) if each.key not in mutants.equivalent()]
    print("\n".join(map(str, left)))
    assert len(sample) >= 12 and len(left) <= mutants.MOST_SURVIVORS * len(sample)


# -- make tasks ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(known_tasks()))
def test_the_page_of_a_task_says_what_checks_it_and_who_is_caught(name: str) -> None:
    task = known_tasks()[name]
    said = tasks.page(task, {})
    wrong = tasks.misconceptions(name)
    assert all(hint in said for hint in task.hints) and len(tasks.laws(task)) >= 1
    assert all(f"{title}: “{says}”" in said for title, says in wrong)


def test_mutants_of_another_solution_are_not_shown_as_this_ones() -> None:
    task = next(task for task in known_tasks().values() if task.kind == "code")
    stale = {task.grade_id: {"solution": "old", "mutants": 1, "equivalent": 0, "survivors": []}}
    assert "make mutants" in tasks.page(task, stale)


def test_the_summary_counts_points_of_both_kinds() -> None:
    chosen = list(known_tasks().values())
    by_hand = tasks.manual_tasks()
    assert f"{len(chosen)} tasks" in tasks.summary(chosen, by_hand) and f"{len(by_hand)} for a person" in tasks.summary(chosen, by_hand)


# -- make viva ----------------------------------------------------------------------------------------------------------------------------


def progress(**values: float) -> dict[str, object]:
    return {"version": 1, "predictions": {}, "kept": {"scenario": values}}


def test_questions_come_from_the_students_own_scenario(tmp_path: Path) -> None:
    path = tmp_path / "ada" / "progress.json"
    path.parent.mkdir()
    path.write_text(json.dumps(progress(daily_users=50_000_000.0)))
    said = viva.for_student("ada", path, 0)
    assert "50 M" in said and said == viva.for_student("ada", path, 0)
    assert said != viva.for_student("ada", path, 1) and [name for name, _ in viva.files(tmp_path)] == ["ada"]


def test_a_student_is_asked_about_an_exercise_that_they_tried(tmp_path: Path) -> None:
    kept = progress(daily_users=50_000_000.0)
    kept["kept"]["tasks"] = {"fanout-merge": {"tries": 2, "passed": True, "hints": 0, "tries_to_pass": 2}}  # type: ignore[index]
    (tmp_path / "progress.json").write_text(json.dumps(kept))
    for seed in range(5):
        assert f"“{known_tasks()['fanout-merge'].title}”" in viva.for_student("ada", tmp_path / "progress.json", seed)


def test_what_flips_is_what_the_estimate_says() -> None:
    mine = full().but(NAME, daily_users=60_000_000.0)
    decided = estimate(mine).decided()
    [flip] = [each for each in viva.questions(mine, np.random.default_rng(3)) if each.asks.startswith("Suppose")]
    first = flip.listen_for.split(";")[0]
    name, _, change = first.partition(": ")
    assert decided[name] == change.split(" → ")[0]


@pytest.mark.parametrize("text", ["", "[]", "7", '{"kept": 7}', json.dumps(progress(nonsense=3.0)), json.dumps(progress(users=-1.0))])
def test_a_file_without_a_scenario_gets_design_as_numbers_and_says_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "progress.json").write_text(text)
    said = viva.for_student("bob", tmp_path / "progress.json", 0)
    assert "no scenario of their own" in said and said.count("listen for") >= 3
