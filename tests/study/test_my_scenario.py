from __future__ import annotations

from time import perf_counter

import pytest

from reference.estimation import EstimationError, Scenario
from reference.estimation.scenario import assumptions
from reference.study import my_scenario, requirement_sheet, reset_progress, yours
from reference.study.my_scenario import NOT_YET, SHEET, flips_against_a, read_sheet, save_scenario, saved_scenario, texts_of
from reference.study.phrases import written
from reference.study.progress import Progress, current
from reference.study.scoping import Game, full
from reference.study.scoping_view import KEPT as PLAY
from reference.study.sheet_view import SheetView, left_by_the_game

SMALL = {"users": 30e6, "daily_users": 3e6, "tweets_per_day": 2e6, "slo": 99.9}


def values(scenario: Scenario) -> dict[str, float]:
    return {name: getattr(scenario, name) for name in assumptions()}


# --- what is kept ----------------------------------------------------------------------------------------------------------


def test_without_a_saved_scenario_mine_is_design_a(in_lab):
    assert my_scenario() == Scenario.load("A") and saved_scenario() is None


def test_a_saved_scenario_is_mine_and_survives_the_process(in_lab):
    save_scenario(full().but("yours", **SMALL, media_share=3))
    assert my_scenario().name == "yours"
    assert values(my_scenario()) == values(full()) | SMALL | {"media_share": 3}
    assert Progress(in_lab / "progress.json").kept("scenario")["users"] == 30e6


def test_a_headless_run_ignores_what_is_saved(in_lab, monkeypatch):
    save_scenario(full().but("yours", **SMALL))
    monkeypatch.setenv("COURSE_HEADLESS", "1")
    assert my_scenario() == Scenario.load("A") and saved_scenario() is None


@pytest.mark.parametrize(
    "kept", [{"users": -1}, {"users": "many"}, {"gone": 3}, {"users": 5, "daily_users": 6}, {"users": None}, [1], "A", {}]
)
def test_a_saved_scenario_that_means_nothing_is_design_a(in_lab, kept):
    current().keep("scenario", kept)
    assert my_scenario() == Scenario.load("A")


def test_saving_leaves_guesses_and_drills_alone(in_lab):
    current().record("01/a", guess=1)
    current().record_drill("storage-1", ok=True)
    save_scenario(full().but("yours", **SMALL))
    assert current().prediction("01/a")["guess"] == 1 and list(current().drills()) == ["storage-1"]
    assert current().kept("nothing") is None


def test_a_progress_file_from_before_the_sheet_can_keep_one(in_lab):
    (in_lab / "progress.json").write_text('{"version": 1, "predictions": {"a": {"guess": 1}}, "kept": 5}', encoding="utf-8")
    assert current().kept("scenario") is None
    save_scenario(full().but("yours", **SMALL))
    assert my_scenario().users == 30e6 and current().prediction("a") == {"guess": 1}


def test_a_reset_forgets_the_scenario(in_lab):
    save_scenario(full().but("yours", **SMALL))
    reset_progress()
    assert my_scenario() == Scenario.load("A")


def test_a_file_that_cannot_be_written_is_said(in_lab, monkeypatch):
    (in_lab / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("COURSE_PROGRESS", str(in_lab / "file" / "p.json"))
    assert "cannot be written" in save_scenario(full())


# --- the sheet -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["30M", "3e7", "30,000,000", "30 million", "~30 m", " 30 M users "])
def test_a_field_takes_numbers_as_people_type_them(typed):
    scenario, wrong = read_sheet(texts_of(full()) | {"users": typed, "daily_users": "1M"}, full())
    assert wrong == {} and scenario is not None and scenario.users == 30e6


def test_what_the_sheet_writes_it_reads_back_exactly():
    odd = full().but(slo=99.995, users=123_456_789, daily_users=1_234_567, write_peak=1.5, visible_within=0.25, retention=1 / 3, budget=1)
    scenario, wrong = read_sheet(texts_of(odd), odd)
    assert wrong == {} and scenario is not None
    assert {name: pytest.approx(getattr(odd, name), rel=1e-11) for name in SHEET} == {name: getattr(scenario, name) for name in SHEET}
    assert (written(200e6), written(99.95)) == ("200 M", "99.95")


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("slo", "always", "does not look like a number"),
        ("slo", "101", "It must be between 50 % and"),
        ("users", "0", "between 1 and 10 B, not 0."),
        ("visible_within", "-1", "It must be"),
        ("daily_users", "", "does not look like a number"),
        ("budget", "1e400", "It must be"),
        ("daily_users", "9 B", "at most users"),
    ],
)
def test_what_is_wrong_is_told_beside_its_own_field(in_lab, name, typed, says):
    view = SheetView(full())
    view.fields[name].value = typed
    assert says in view.errors[name].value and 'role="alert"' in view.errors[name].value
    assert [other for other, shown in view.errors.items() if shown.value] == [name]


def test_a_sheet_with_a_mistake_is_not_saved(in_lab):
    view = SheetView(full())
    view.fields["slo"].value = "always"
    view.save.click()
    assert "Not saved" in view.status.value and saved_scenario() is None
    view.fields["slo"].value = "99.9 %"
    view.save.click()
    assert "Saved" in view.status.value and my_scenario().slo == 99.9


def test_the_sheet_says_how_many_decisions_come_out_otherwise(in_lab):
    view = SheetView(full())
    assert "<b>0 of" in view.outcome.value
    for name, typed in (("daily_users", "2,000"), ("users", "20 K"), ("tweets_per_day", "1,000")):
        view.fields[name].value = typed
    assert view.scenario is not None and f"<b>{len(flips_against_a(view.scenario))} of" in view.outcome.value
    assert "query the database" in view.outcome.value


def test_the_sheet_can_be_filled_with_what_the_game_left(in_lab):
    view = SheetView(full())
    assert left_by_the_game() is None
    current().keep(PLAY, ["people", "media"])
    view.fill(left_by_the_game() or full())
    assert view.fields["users"].value == written(full().users) and view.fields["tweets_per_day"].value == "50,000"
    view.save.click()
    assert values(my_scenario()) == values(Game(["people", "media"]).scenario)


def test_every_field_of_the_sheet_has_a_label(in_lab):
    view = SheetView(full())
    assert len(SHEET) >= 12 and all(field.description for field in view.fields.values())


def test_a_headless_sheet_shows_design_a(headless, capsys):
    requirement_sheet()
    shown = capsys.readouterr().out
    assert "99." in shown and len(shown.strip().splitlines()) == len(SHEET)


@pytest.mark.slow
@pytest.mark.timed
def test_a_field_is_judged_in_a_tenth_of_a_second(in_lab):
    view, took_s = SheetView(full()), []
    for millions in range(1, 8):
        start = perf_counter()
        view.fields["tweets_per_day"].value = f"{millions} M"
        took_s.append(perf_counter() - start)
    assert sorted(took_s)[len(took_s) // 2] < 0.1


# --- yours -----------------------------------------------------------------------------------------------------------------


def test_yours_is_one_fixed_line_without_a_saved_scenario(in_lab, capsys, monkeypatch):
    yours(lambda s: "never")
    assert capsys.readouterr().out.strip() == NOT_YET
    save_scenario(full().but("yours", **SMALL))
    monkeypatch.setenv("COURSE_HEADLESS", "1")
    yours(lambda s: "never")
    assert capsys.readouterr().out.strip() == NOT_YET


def test_yours_shows_my_numbers_anew_each_time(in_lab, capsys):
    save_scenario(full().but("yours", **SMALL))
    yours(lambda s: f"{s.name} {s.users:,.0f}")
    save_scenario(full().but("yours", **SMALL | {"users": 40e6}))
    yours(lambda s: f"{s.name} {s.users:,.0f}")
    shown = capsys.readouterr().out
    assert "yours 30,000,000" in shown and "yours 40,000,000" in shown and "3 M daily users" in shown


def test_yours_says_when_my_numbers_make_no_sense_here(in_lab, capsys):
    def refuse(_: Scenario) -> str:
        raise EstimationError("no readers, no ratio")

    save_scenario(full().but("yours", **SMALL))
    yours(refuse)
    assert "no readers, no ratio" in capsys.readouterr().out
