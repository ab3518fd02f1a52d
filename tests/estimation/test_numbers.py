from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.estimation.errors import EstimationError
from reference.estimation.numbers import closeness, human, parse_number


@pytest.mark.parametrize(
    "text",
    [
        "30M",
        "30 M",
        "30m",
        "3e7",
        "30,000,000",
        "30_000_000",
        "30 000 000",
        "30.000.000",
        "30 million",
        "~30M",
        " about 30 million ",
        "0.03B",
        "30M writes",
    ],
)
def test_thirty_million_is_understood_however_it_is_typed(text):
    assert parse_number(text, unit="writes") == 30_000_000


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("30 ms", "ms", 30),
        ("40 %", "%", 40),
        ("12x", "", 12),
        ("1,5", "", 1.5),
        ("1,500", "", 1500),
        ("-3", "", -3),
        ("2.5k", "", 2500),
        ("0", "", 0),
    ],
)
def test_a_unit_is_not_taken_for_a_scale(text, unit, value):
    assert parse_number(text, unit) == value


@pytest.mark.parametrize("text", ["many", "", "30 MB", "1,2,3", "3..4", "M", "nan", "inf", "1e", "<b>"])
def test_what_is_no_number_gets_a_sentence_with_examples(text):
    with pytest.raises(EstimationError, match="30,000,000"):
        parse_number(text)


@given(st.integers(min_value=1, max_value=10**14))
def test_what_we_say_is_what_we_understand(value):
    assert parse_number(human(value)) == pytest.approx(value, rel=0.006)


@pytest.mark.parametrize(
    ("value", "said"),
    [(30_000_000, "30 M"), (9_798, "9,798"), (0.25, "0.25"), (999_000, "999,000"), (1_000_000, "1 M"), (4.1e9, "4.1 B"), (0, "0")],
)
def test_numbers_are_said_with_three_figures(value, said):
    assert human(value) == said


@pytest.mark.parametrize(
    ("guess", "words", "close"),
    [
        (100, "spot on", True),
        (190, "close: 1.9× too high", True),
        (30, "right order of magnitude", False),
        (10, "10× too low", False),
        (1, "2 orders", False),
        (1e6, "4 orders", False),
    ],
)
def test_closeness_is_measured_on_a_log_scale(guess, words, close):
    result = closeness(guess, 100)
    assert words in result.verdict and result.close is close


@given(st.floats(1e-6, 1e12), st.floats(1e-6, 1e12))
def test_closeness_does_not_care_which_way_one_errs(a, b):
    assert closeness(a, b).close == closeness(b, a).close


def test_zero_and_percentages_are_measured_on_a_linear_scale():
    assert closeness(0, 0).close and not closeness(5, 0).close
    assert closeness(50, 42, linear_span=100).verdict == "close: 8 away"
    assert not closeness(90, 42, linear_span=100).close


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1, "tweets", "1 tweet"),
        (1.0, "ids", "1 id"),
        (2, "tweets", "2 tweets"),
        (1, "ms", "1 ms"),
        (1, "KB", "1 KB"),
        (1, "timelines/s", "1 timelines/s"),
    ],
)
def test_one_of_a_thing_is_said_in_the_singular(value, unit, said):
    assert human(value, unit) == said
    assert parse_number(said, unit) == value
