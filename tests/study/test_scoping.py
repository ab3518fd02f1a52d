from __future__ import annotations

import re
from itertools import combinations
from time import perf_counter

import pytest

from reference.estimation import EstimationError, Scenario, UnknownName, estimate
from reference.estimation.decisions import decisions
from reference.estimation.estimate import definitions
from reference.estimation.scenario import assumptions
from reference.study import choose_features, scoping_game
from reference.study.features import feature_rules, features, scope_feedback
from reference.study.features_view import FeaturesView, kept_features
from reference.study.progress import current
from reference.study.scoping import Game, answered, bank, good_picks, question, rules, settled, unscoped
from reference.study.scoping_view import GameView, kept_game, score_html
from reference.twitter.clock import ManualClock

USEFUL = [each.name for each in bank() if each.sets]
IDLE = [each.name for each in bank() if not each.sets]


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# --- the bank --------------------------------------------------------------------------------------------------------------


def test_all_answers_together_decide_what_design_a_decides():
    everything = answered(USEFUL)
    design_a = Scenario.load("A")
    assert {name: getattr(everything, name) for name in assumptions()} == {name: getattr(design_a, name) for name in assumptions()}
    assert estimate(everything).decided() == estimate(design_a).decided()
    assert settled([USEFUL]) == [len(decisions())]


def test_every_assumption_that_one_guesses_unasked_can_be_asked_for_once():
    asked = [field for each in bank() for field in each.sets]
    assert sorted(asked) == sorted(rules()["unscoped"])


def test_a_question_that_sets_something_changes_it():
    unchanged = [each.name for each in bank() if each.sets and not any(c.before != c.after for c in Game([each.name]).turns[0].changes)]
    assert unchanged == []


def test_most_questions_decide_little_and_some_nothing():
    firsts = {name: len(Game([name]).turns[0].flips) for name in USEFUL}
    assert len(bank()) >= 24 and len(IDLE) >= 9
    assert max(firsts.values()) >= 5 and sum(1 for flips in firsts.values() if flips <= 1) >= 5


def test_answers_are_filled_in_and_every_question_says_why():
    assert not [each.name for each in bank() if "{" in each.answer or not each.because or not each.asks.endswith("?")]
    design_a = Scenario.load("A")
    assert question("availability").answer.startswith(f"{design_a.slo:g} % is promised")


# --- the play --------------------------------------------------------------------------------------------------------------


def test_an_idle_question_leaves_the_scenario_as_it_was():
    game = Game(IDLE[:3])
    assert game.scenario == unscoped() and [turn.flips for turn in game.turns] == [(), (), ()]
    assert [turn.question.name for turn in game.score().idle] == IDLE[:3]


def test_a_pick_tells_what_it_set_and_what_flipped():
    turn = Game().pick("people")
    before, after = estimate(unscoped()).decided(), estimate(answered(["people"])).decided()
    assert [change.name for change in turn.changes] == ["users", "daily_users"]
    assert {(flip.decision, flip.after) for flip in turn.flips} == {(n, c) for n, c in after.items() if c != before[n]}


def test_the_score_does_not_depend_on_the_order_of_the_picks():
    picks = list(rules()["example"])
    assert Game(picks).score().settled == Game(picks[::-1]).score().settled
    assert Game(picks).scenario == Game(picks[::-1]).scenario


def test_the_score_counts_decisions_as_one_by_one_estimates_do():
    known = estimate(Scenario.load("A")).decided()
    plays = [(), ("people",), ("tweets", "media", "cloud"), tuple(rules()["example"])]
    by_hand = [sum(choice == known[name] for name, choice in estimate(answered(play)).decided().items()) for play in plays]
    assert settled(plays) == by_hand
    game = Game(plays[-1])
    assert game.score().settled + len(game.open_questions()) == game.score().total == len(known)


def test_no_six_settle_more_than_one_decision_beyond_the_good_six():
    best = max(settled(list(combinations(USEFUL, rules()["questions"]))))
    assert best - 1 <= settled([good_picks()])[0] <= best


def test_the_good_six_settle_more_than_the_example():
    score = Game(rules()["example"]).score()
    assert score.before < score.settled < score.good_settled


@pytest.mark.parametrize(
    ("picks", "name", "error"),
    [([], "colour", UnknownName), (["people"], "people", EstimationError), (USEFUL[:6], USEFUL[6], EstimationError)],
    ids=["unknown", "twice", "a seventh"],
)
def test_what_cannot_be_asked_is_refused_and_changes_nothing(picks, name, error):
    game = Game(picks)
    before = game.scenario
    with pytest.raises(error):
        game.pick(name)
    assert game.picks == tuple(picks) and game.scenario == before


# --- the widget ------------------------------------------------------------------------------------------------------------


def test_a_click_shows_the_answer_the_assumptions_and_the_flips(in_lab):
    view = GameView(Game())
    view.questions["people"].click()
    shown = text(view.latest.value)
    assert question("people").answer in shown and "accounts there are: 1 M →" in shown and "flipped" in shown
    assert 'aria-live="polite"' in view.latest.value and view.questions["people"].description.startswith("✓")


def test_nothing_is_told_of_a_question_before_it_is_asked(in_lab):
    view = GameView(Game())
    shown = view.title.value + view.status.value + view.latest.value + view.earlier.value
    assert not [each.name for each in bank() if each.answer in shown or each.because in shown]


def test_a_question_asked_twice_counts_once(in_lab):
    view = GameView(Game())
    view.questions["people"].click()
    view.questions["people"].click()
    assert view.game.picks == ("people",) and "already" in view.latest.value


def test_six_questions_end_the_play_with_its_score(in_lab):
    view = GameView(Game())
    for name in rules()["example"]:
        view.questions[name].click()
    score, shown = view.game.score(), text(view.latest.value)
    assert f"settle {score.settled} of {score.total} decisions" in shown and f"settles {score.good_settled}" in shown
    assert all(turn.question.because in shown for turn in score.idle)
    assert view.bank not in view.box.children and view.ending in view.box.children and view.again in view.ending.children


def test_the_play_is_kept_until_one_plays_again(in_lab):
    view = GameView(kept_game())
    view.questions["people"].click()
    assert kept_game().picks == ("people",)
    view.again.click()
    assert kept_game().picks == () == view.game.picks and view.bank in view.box.children


@pytest.mark.parametrize("kept", [["a question of an older bank"], ["people", "people"], 7, [["people"]], [1]])
def test_a_kept_play_that_means_nothing_starts_afresh(in_lab, kept):
    current().keep("scoping", kept)
    assert kept_game().turns == []


def test_the_time_is_told_from_the_first_question_on(in_lab):
    clock = ManualClock(1_000)
    view = GameView(Game(), clock)
    clock.advance(500)
    view.questions["people"].click()
    clock.advance(80)
    view.questions["media"].click()
    assert "Asked 2 of 6 · 1 min 20 s of 5 min" in view.status.value


def test_a_score_that_equals_the_good_six_is_not_called_worse():
    shown = text(score_html(Game(good_picks()), "Your"))
    assert "hard to do better" in shown and "A good six" not in shown


def test_a_headless_run_shows_the_bank_and_one_play_the_same_each_time(headless, capsys):
    scoping_game()
    first = capsys.readouterr().out
    current().keep("scoping", ["people"])
    scoping_game()
    assert capsys.readouterr().out == first and f"{Game(rules()['example']).score()}" in first


@pytest.mark.slow
@pytest.mark.timed
def test_a_pick_redraws_in_a_tenth_of_a_second(in_lab):
    view, took_s = GameView(Game()), []
    for name in good_picks():
        start = perf_counter()
        view.questions[name].click()
        took_s.append(perf_counter() - start)
    assert sorted(took_s)[len(took_s) // 2] < 0.1


# --- three features --------------------------------------------------------------------------------------------------------


def test_features_bring_rows_that_the_estimate_has():
    rows = {each.name for each in definitions()}
    assert not [(each.name, row) for each in features().values() for row in each.rows if row not in rows]
    assert len(features()) >= 12 and all(set(each.needs) <= set(features()) for each in features().values())
    assert "celebrities" in features()["home"].brings() and features()["messages"].brings() == ()


def test_more_than_three_features_are_told_so():
    assert "4 features are too many" in scope_feedback(["post", "follow", "home", "likes"], "")[0]
    assert "3 of 3" in scope_feedback(["post", "follow", "home"], "")[0]
    assert "room for 2 more" in scope_feedback(["post"], "")[0]


def test_a_home_timeline_without_follow_is_told_so():
    assert any("whose tweets" in line for line in scope_feedback(["post", "home"], ""))
    assert not any("whose tweets" in line for line in scope_feedback(["post", "home", "follow"], ""))


def test_features_and_non_goals_are_kept_as_they_are_chosen(in_lab):
    view = FeaturesView(*kept_features())
    assert kept_features() == ([], "") and "0 of 3" in view.feedback.value
    for name in ("home", "post"):
        view.boxes[name].value = True
    view.non_goals.value = "no search"
    assert kept_features() == (["post", "home"], "no search")
    assert "whose tweets" in view.feedback.value and 'aria-live="polite"' in view.feedback.value
    assert FeaturesView(*kept_features()).chosen() == ["post", "home"]


@pytest.mark.parametrize("kept", [[], 3, {"chosen": "post"}, {"chosen": ["gone"], "non_goals": None}])
def test_kept_features_that_mean_nothing_are_no_choice(in_lab, kept):
    current().keep("features", kept)
    assert kept_features()[0] == []


def test_a_headless_run_shows_one_choice_of_features(headless, capsys):
    choose_features()
    assert all(features()[name].label in capsys.readouterr().out for name in feature_rules()["example"][:1])
