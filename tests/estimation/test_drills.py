"""Drills: the right answer is never called a mistake, and every misconception is known by the number it gives."""

from __future__ import annotations

import contextlib
import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.estimation import Drill, EstimationError, drill
from reference.estimation.drills import STEP, WIDEST_BAND, Kind, kinds, misconception_of
from reference.estimation.misconceptions import misconception, misconceptions

DAY_S = 86_400
YEAR_DAYS = 365.25
YEAR_MIN = YEAR_DAYS * 24 * 60


def problem(kind: str, **drawn: float) -> Drill:
    """A problem with these inputs; those that a law does not care for take their first value."""
    return kinds()[kind].drill({name: values[0] for name, values in kinds()[kind].choices().items()} | drawn)


tweets = problem("tweets-per-second", tweets=500e6)
peak = problem("timelines-at-the-peak", accounts=1e9, daily=200e6, loads=10, peak=3)
hydrated = problem("tweets-to-hydrate", timelines=2e9, page=20)
ratio = problem("reads-per-write", timelines=2e9, tweets=500e6, page=20)
fanout = problem("deliveries-per-second", tweets=100e6, followers=200)
stored = problem("tweet-storage", tweets=500e6, size=400, years=5, copies=3)
cached = problem("timeline-cache", accounts=500e6, active=20, entries=800, size=120, copies=2)
media = problem("media-storage", tweets=500e6, share=20, size=500e3)
text = problem("text-out", timelines=100e3, page=20, size=1_000)
shard = problem("copy-a-shard", size=2e12, link=10)
uploaded = problem("media-in", size=50e12)
disk = problem("binary-disk", size=8)
follows = problem("follow-graph", accounts=500e6, daily=100e6, follows=200, size=40, copies=3)
chain = problem("parts-in-a-row", parts=5, each=99.9)
twins = problem("copies-side-by-side", each=99)
tail = problem("tail-of-many", shards=100, slow=1)
p99s = problem("sum-of-p99s", requests=100e6, calls=2, slow=1)
waits = problem("waits", shards=10, shard=20, hydrate=20)
workers = problem("workers", rate=10e3, hold=50, utilisation=50)
cdn = problem("behind-the-cdn", media=100, hits=95)

RIGHT = [  # by hand
    (tweets, 500e6 / DAY_S),
    (peak, 200e6 * 10 / DAY_S * 3),
    (hydrated, 2e9 * 20 / DAY_S),
    (ratio, 4),
    (fanout, 100e6 * 200 / DAY_S),
    (stored, 500e6 * 400 * YEAR_DAYS * 5 * 3 / 1e12),
    (cached, 500e6 * 0.2 * 800 * 120 * 2 / 1e12),
    (media, 500e6 * 0.2 * 500e3 * YEAR_DAYS / 1e15),
    (text, 16),
    (shard, 2e12 * 8 / 10e9 / 60),
    (uploaded, 50e6 / DAY_S),
    (disk, 8e12 / 2**40),
    (follows, 24),
    (chain, (1 - 0.999**5) * YEAR_MIN / 12),
    (twins, 0.01**2 * YEAR_MIN),
    (tail, 100 * (1 - 0.99**100)),
    (p99s, 10_000),
    (waits, 40),
    (workers, 1_000),
    (cdn, 40),
]

WRONG = [  # what a person with it writes down
    (tweets, "million-second-day", 500),
    (tweets, "per-hour", 500e6 / 24),
    (tweets, "per-day", 500e6),
    (tweets, "thousand", 5.8e6),
    (tweets, "thousand", 5.8),
    (peak, "average-for-peak", 200e6 * 10 / DAY_S),
    (peak, "average-for-peak", 200e6 * 10 / 1e5),
    (peak, "peak-squared", 200e6 * 10 / DAY_S * 9),
    (peak, "all-for-daily", 1e9 * 10 / DAY_S * 3),
    (peak, "million-second-day", 6_000),
    (hydrated, "per-timeline-for-per-tweet", 2e9 / DAY_S),
    (ratio, "per-tweet-for-per-timeline", 80),
    (ratio, "upside-down", 0.25),
    (fanout, "tweets-for-deliveries", 100e6 / DAY_S),
    (stored, "forgot-replication", 500e6 * 400 * 365 * 5 / 1e12),
    (stored, "month-for-year", 500e6 * 400 * 30 * 5 * 3 / 1e12),
    (stored, "one-year-only", 500e6 * 400 * 365 * 3 / 1e12),
    (stored, "ids-for-tweets", 500e6 * 8 * 365 * 5 * 3 / 1e12),
    (cached, "eight-byte-entry", 500e6 * 0.2 * 800 * 8 * 2 / 1e12),
    (cached, "tweets-for-ids", 500e6 * 0.2 * 800 * 400 * 2 / 1e12),
    (cached, "forgot-replication", 500e6 * 0.2 * 800 * 120 / 1e12),
    (cached, "share-forgotten", 500e6 * 800 * 120 * 2 / 1e12),
    (media, "percent-as-whole", 500e6 * 20 * 500e3 * 365 / 1e15),
    (media, "share-forgotten", 500e6 * 500e3 * 365 / 1e15),
    (text, "bytes-for-bits", 2),
    (text, "ids-for-tweets", 100e3 * 20 * 8 * 8 / 1e9),
    (shard, "bits-for-bytes", 2e12 / 10e9 / 60),
    (uploaded, "bits-for-bytes", 50e6 / DAY_S * 8),
    (disk, "decimal-for-binary", 8),
    (disk, "binary-the-wrong-way", 8.8),
    (follows, "one-direction", 12),
    (follows, "daily-for-all", 24 / 5),
    (follows, "forgot-replication", 8),
    (chain, "weakest-link", 43.8),
    (chain, "month-for-year", 12 * 219),
    (twins, "serial-for-parallel", 0.02 * YEAR_MIN),
    (twins, "halved-by-copies", 0.005 * YEAR_MIN),
    (twins, "copy-ignored", 0.01 * YEAR_MIN),
    (tail, "added-chances", 100),
    (tail, "tail-of-one", 1),
    (p99s, "added-percentiles", 1e6),
    (waits, "waits-added", 220),
    (waits, "step-forgotten", 20),
    (workers, "ms-for-s", 1e6),
    (workers, "utilisation-forgotten", 500),
    (workers, "utilisation-upside-down", 250),
    (cdn, "hits-for-misses", 760),
    (cdn, "bytes-for-bits", 5),
]


@pytest.mark.parametrize(("asked", "by_hand"), RIGHT, ids=lambda value: getattr(value, "kind", ""))
def test_the_answer_is_what_one_computes_by_hand(asked, by_hand):
    assert asked.answer == pytest.approx(by_hand, rel=1e-9)
    assert asked.check(by_hand).ok


def test_every_kind_is_computed_by_hand_here():
    assert {asked.kind for asked, _ in RIGHT} == set(kinds()) and len(kinds()) >= 14


@pytest.mark.parametrize(("asked", "name", "guess"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
def test_a_misconception_is_named_by_the_number_it_gives(asked, name, guess):
    found = asked.check(guess)
    assert not found.ok and found.misconception == misconception(name) == misconception_of(guess, asked)
    assert found.says == misconception(name).says


def test_every_misconception_has_a_drill_that_names_it():
    assert {name for _, name, _ in WRONG} == set(misconceptions()) and len(misconceptions()) >= 14


@pytest.mark.parametrize("each", misconceptions().values(), ids=lambda each: each.name)
def test_a_misconception_says_what_happened_why_it_matters_and_what_to_do(each):
    for sentence in (each.happened, each.matters, each.fix):
        assert sentence[0].isupper() or sentence[0].isdigit()
        assert sentence.endswith((".", "?", ")")) and len(sentence) > 20
    assert "You" in each.happened and each.title in each.says and each.fix in each.says


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.kind)
def test_in_every_draw_right_and_wrong_stay_apart(kind: Kind):
    """No guess within the tolerance is called a slip, each slip's band is outside of it, and no two bands overlap."""
    for drawn in kind.draws():
        asked = kind.drill(drawn)
        band = min(1 + asked.tolerance, WIDEST_BAND)
        low, high = asked.answer * (1 - asked.tolerance), asked.answer * (1 + asked.tolerance)
        spans = sorted((slip.value / band, slip.value * band) for slip in asked.slips)
        for start, end in spans:
            assert end < low or start > high, (drawn, start, end, asked.answer)
        for (_, end), (start, _) in itertools.pairwise(spans):
            assert end < start, (drawn, spans)
        assert {slip.misconception for slip in asked.slips} >= set(kind.slips)


@pytest.mark.parametrize("seed", range(300))
def test_the_right_answer_is_never_a_misconception(seed):
    asked = drill(seed)
    for share in (1 - 0.99 * asked.tolerance, 1, 1 + 0.99 * asked.tolerance):
        assert asked.check(asked.answer * share).ok and misconception_of(asked.answer * share, asked) is None
    for slip in asked.slips:
        found = misconception_of(slip.value, asked)
        assert found is not None and found.name == slip.misconception


@pytest.mark.parametrize("kind", [kind for kind in kinds().values() if kind.head], ids=lambda kind: kind.kind)
def test_the_shortcut_for_the_head_is_accepted(kind: Kind):
    for drawn in kind.draws():
        known = Kind(kind.kind, kind.question, kind.unit, kind.inputs, kind.head, kind.worked, {}).drill(drawn)
        assert kind.drill(drawn).check(known.answer).ok, (drawn, known.answer)


def test_a_day_of_100_000_seconds_passes_wherever_seconds_are_asked_for():
    for asked in (tweets, peak, hydrated, fanout, uploaded):
        assert asked.check(asked.answer * DAY_S / 1e5).ok


def test_the_same_seed_draws_the_same_and_the_kind_can_be_chosen():
    assert [drill(seed) for seed in range(30)] == [drill(seed) for seed in range(30)]
    assert {drill(seed, "workers").kind for seed in range(20)} == {"workers"}
    assert len({drill(seed, "workers").question for seed in range(20)}) > 10


def test_as_many_seeds_as_kinds_meet_every_kind_once():
    count = len(kinds())
    for first in (0, count, 7 * count):
        assert {drill(seed).kind for seed in range(first, first + count)} == set(kinds())


@pytest.mark.parametrize("seed", range(len(kinds())))
def test_a_question_tells_unit_and_tolerance_and_not_the_answer(seed):
    asked = drill(seed)
    assert asked.question.endswith("?") or "?" in asked.question
    assert "{" not in asked.question + asked.worked and "**" in asked.worked
    assert asked.unit in asked.asks and f"±{asked.tolerance * 100:.0f} %" in asked.asks
    assert str(asked.answer) not in repr(asked) and "worked" not in repr(asked)


@pytest.mark.parametrize(
    ("asked", "guess"),
    [(tweets, "5.8k"), (tweets, "5,787 tweets/s"), (tweets, "500M tweets/day"), (tweets, "500 million tweets/day"), (tweets, "~6e3"),
     (stored, "1,100"), (stored, "1.1 PB"), (shard, "26.7 minutes"), (shard, "1600 s"), (tail, "63 %"), (text, "2 GB/s")],
)  # fmt: skip
def test_an_answer_may_be_written_as_one_writes_it(asked, guess):
    assert asked.check(guess).ok


@pytest.mark.parametrize(("guess", "says"), [("soon", "does not look like a number"), ("", "number"), ("6 TB", "asked in tweets/s"),
                                              (math.inf, "finite"), (math.nan, "finite"), ("1e999", "finite")])  # fmt: skip
def test_what_is_no_answer_is_refused_in_friendly_words(guess, says):
    with pytest.raises(EstimationError, match=says):
        tweets.check(guess)


@given(st.text(max_size=12) | st.from_regex(r"[0-9.,]{1,4} ?[a-zA-Z/*%µ^()-]{1,6}", fullmatch=True))
def test_any_text_is_a_number_or_refused(text):
    with contextlib.suppress(EstimationError):
        assert math.isfinite(tweets.number(text))


@pytest.mark.parametrize(("guess", "says"), [(5787 * 1.4, "1.4× too high"), (5787 * 40, "40× too high"), (5787 / 90, "90× too low"),
                                              (0, "above 0"), (-5787, "above 0")])  # fmt: skip
def test_another_wrong_answer_hears_how_far_off_it_is_and_not_the_answer(guess, says):
    found = tweets.check(guess)
    assert not found.ok and found.misconception is None and says in found.says and "5,787" not in found.says


def test_a_right_answer_hears_how_near_it_is():
    assert "spot on" in tweets.check(5787).says and "14 % below" in tweets.check("5000").says


def test_a_thousand_off_stays_quiet_where_a_slip_of_the_drill_is_a_thousand_off():
    assert [slip.misconception for slip in workers.slips if slip.value == pytest.approx(workers.answer * STEP)] == ["ms-for-s"]


@pytest.mark.parametrize("wrong", [-1, 1.5, "three"])
def test_a_seed_that_is_none_is_refused(wrong):
    with pytest.raises(EstimationError, match="seed"):
        drill(wrong)


def test_a_kind_or_a_misconception_that_there_is_not_is_named():
    with pytest.raises(EstimationError, match="no kind of drill 'rain'"):
        drill(1, "rain")
    with pytest.raises(EstimationError, match="no misconception 'rain'"):
        misconception("rain")
