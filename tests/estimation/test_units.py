"""Quantities: what they may and may not do."""

from __future__ import annotations

import numpy as np
import pytest

from reference.estimation.errors import EstimationError, UnitMismatch, UnknownName
from reference.estimation.units import in_unit, quantity, said, solve, spoken


def test_tweets_per_second_and_bytes_do_not_add():
    with pytest.raises(UnitMismatch, match="tweet / second and byte are different kinds and do not add"):
        solve("rate + size", {"rate": quantity(5_800, "tweets/s"), "size": quantity(3, "bytes")})


@pytest.mark.parametrize("unit", ["tweets/s", "bytes", "USD", "users", "timelines", "s", "%"])
def test_every_kind_adds_to_itself_only(unit: str):
    one = quantity(1, unit)
    assert in_unit(solve("a + a", {"a": one}), unit) == 2
    for other in {"tweets/s", "bytes", "USD", "users", "timelines", "s", "%"} - {unit}:
        with pytest.raises(UnitMismatch):
            solve("a + b", {"a": one, "b": quantity(1, other)})


def test_max_of_different_kinds_is_refused_too():
    with pytest.raises(UnitMismatch):
        solve("max(a, b)", {"a": quantity(1, "bytes"), "b": quantity(1, "s")})


def test_a_rate_is_not_a_count():
    with pytest.raises(UnitMismatch, match="tweet / day is not tweets"):
        in_unit(quantity(5e8, "tweets/day"), "tweets")


@pytest.mark.parametrize(
    ("value", "unit", "other", "expected"),
    [
        (500e6, "tweets/day", "tweets/s", 500e6 / 86_400),
        (1, "KiB", "bytes", 1_024),
        (1, "KB", "bytes", 1_000),
        (1, "TiB", "GB", 2**40 / 1e9),
        (1, "Gbit/s", "MB/s", 125),
        (1, "byte", "bits", 8),
        (1, "year", "day", 365.25),
        (12, "month", "year", 1),
        (99.95, "%", "", 0.9995),
        (2, "USD/GB/month", "USD/TB/month", 2_000),
    ],
)
def test_conversions_are_those_of_the_trade(value: float, unit: str, other: str, expected: float):
    assert in_unit(quantity(value, unit), other) == pytest.approx(expected)


def test_an_unknown_unit_is_named():
    with pytest.raises(EstimationError, match="no unit 'parsecs'"):
        quantity(1, "parsecs")


def test_half_a_server_is_a_server_and_a_rounding_error_is_not():
    assert in_unit(solve("ceil(n)", {"n": quantity(3.2, "servers")}), "servers") == 4
    assert in_unit(solve("ceil(n)", {"n": quantity(3 + 1e-12, "servers")}), "servers") == 3
    assert in_unit(solve("ceil(n)", {"n": quantity(0.001, "servers")}), "servers") == 1
    assert in_unit(solve("ceil(n)", {"n": quantity(0, "servers")}), "servers") == 0


def test_a_share_becomes_whole_units_before_it_is_rounded_up():
    assert in_unit(solve("ceil(a / b)", {"a": quantity(300, "%"), "b": quantity(2, "")}), "") == 2


def test_formulas_take_arrays_of_draws():
    rates = quantity(np.array([1.0, 2.0]), "tweets/s")
    assert in_unit(solve("rate * size", {"rate": rates, "size": quantity(100, "bytes/tweet")}), "bytes/s").tolist() == [100, 200]


def test_a_formula_names_what_it_lacks():
    with pytest.raises(UnknownName, match="no input 'tweets'"):
        solve("tweets * 2", {"users": quantity(1, "users")})


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (5_787.04, "tweets/s", "5,787 tweets/s"),
        (29.2e12, "bytes", "29.2 TB"),
        (999.6e9, "bytes", "1 TB"),
        (512, "bytes/tweet", "512 B/tweet"),
        (99.9995, "%", "99.9995 %"),
        (2.4644, "%", "2.46 %"),
        (1.16e6, "deliveries/s", "1.16 M deliveries/s"),
        (0, "bytes", "0 B"),
    ],
)
def test_a_number_is_said_as_one_says_it(value: float, unit: str, words: str):
    assert said(value, unit) == words


def test_a_quantity_is_said_in_the_unit_that_is_asked_for():
    assert spoken(quantity(500e6, "tweets/day"), "tweets/s") == "5,787 tweets/s"
