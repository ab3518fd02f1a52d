"""The registry: found by id, drawn by seed, in the instructor's hands."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from reference.study import seeds
from reference.study.hints import solution_cells
from reference.study.task import task, tasks
from reference.twitter.errors import InvalidInput, NotFound
from tests.house import house
from tests.study.small_task import SHARE

every_task = pytest.mark.parametrize("grade_id", sorted(tasks()))


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A house and an overlay of a test's own."""
    for name in ("COURSE_VARIANT_SEED", "COURSE_HIDDEN_SEED"):
        monkeypatch.delenv(name, raising=False)
    for folder in ("house/solutions", "house/exercises", "private"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(seeds, "ROOT", tmp_path / "house")
    monkeypatch.setenv("COURSE_OVERLAY", str(tmp_path / "private"))
    return tmp_path


def test_an_unknown_id_lists_those_of_its_topic() -> None:
    with pytest.raises(NotFound, match=r"no task 'snowflake-nothing'; there are: .*snowflake-ids"):
        task("snowflake-nothing")


def test_the_overlay_wins_over_the_solutions_and_they_over_the_students_copy(places: Path) -> None:
    assert (seeds.variant_seed(), seeds.hidden_seeds()) == (0, ())
    (places / "house/exercises/variants.toml").write_text("variant_seed = 3\n")
    assert (seeds.variant_seed(), seeds.hidden_seeds()) == (3, ())
    (places / "house/solutions/seeds.toml").write_text("variant_seed = 4\nhidden_seeds = [1, 2]\n")
    assert (seeds.variant_seed(), seeds.hidden_seeds()) == (4, (1, 2))
    (places / "private/seeds.toml").write_text("hidden_seeds = [9]\n")
    assert (seeds.variant_seed(), seeds.hidden_seeds()) == (4, (9,))


def test_the_environment_wins_over_all_files(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_VARIANT_SEED", "5")
    monkeypatch.setenv("COURSE_HIDDEN_SEED", "6, 7")
    assert (seeds.variant_seed(), seeds.hidden_seeds()) == (5, (6, 7))
    monkeypatch.setenv("COURSE_HIDDEN_SEED", "secret")
    with pytest.raises(InvalidInput, match="not 'secret'"):
        seeds.hidden_seeds()


def test_dice_are_the_tasks_and_the_seeds_own() -> None:
    draws = {name: tuple(seeds.rng_for(*words).integers(1 << 40, size=3)) for name, words in
             {"a": ("a", 1), "again": ("a", 1), "other task": ("b", 1), "other seed": ("a", 2)}.items()}  # fmt: skip
    assert draws["a"] == draws["again"] and len(set(draws.values())) == 3


def test_a_hidden_trial_has_other_dice_and_the_same_variant() -> None:
    public, again, hidden = (task("snowflake-ids").trial(seed) for seed in (None, None, 11))
    assert vars(public.variant) == vars(hidden.variant) and (public.hidden, hidden.hidden) == (False, True)
    first, second, other = (each.rng.integers(1 << 40) for each in (public, again, hidden))
    assert first == second != other


def test_a_task_that_contradicts_itself_is_refused() -> None:
    for changes in ({"kind": "essay"}, {"level": "hard"}, {"hints": ("one",)}, {"choices": {"a": "b"}}):
        with pytest.raises(InvalidInput):
            replace(SHARE, **changes)


@every_task
def test_a_task_is_complete_and_modest(grade_id: str) -> None:
    wanted = task(grade_id)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", grade_id) and re.fullmatch(r"\d\d[a-z]?_[a-z_]+", wanted.topic)
    assert 1 <= wanted.points <= 10 and 3 <= wanted.minutes <= 20
    assert len(set(wanted.hints)) == 3 and wanted.why and "notebook `" in wanted.read
    assert wanted.answer != wanted.given and "{" not in wanted.question() + "".join(wanted.options().values())


@every_task
def test_where_it_is_explained_is_a_notebook_of_the_course(grade_id: str) -> None:
    [name] = re.findall(r"notebook `([^`]+)`", task(grade_id).read)
    assert (house.ROOT / "notebooks" / f"{name}.ipynb").exists()


@every_task
def test_no_hint_holds_a_line_of_the_solution(grade_id: str) -> None:
    wanted = task(grade_id)
    bodies = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", solution_cells(wanted)[grade_id], re.DOTALL)
    lines = [line.strip() for body in bodies for line in body.splitlines() if len(line.strip()) > 40]
    assert not [line for line in lines if line in " ".join((*wanted.hints, wanted.asks, wanted.why))]


def test_answers_and_what_ask_returns_do_not_collide_in_a_notebook() -> None:
    for topic in {each.topic for each in tasks().values()}:
        names = Counter(name for each in tasks().values() if each.topic == topic for name in (each.answer, each.given))
        assert not {name for name, count in names.items() if count > 1}, topic
