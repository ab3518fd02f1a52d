"""Ranges, draws, and which assumption is worth arguing about."""

from __future__ import annotations

import numpy as np
import pytest

from reference.estimation import EstimationError, Scenario, argument, downtime, estimate, parallel, serial, uncertain

A = Scenario.load("A")


def test_the_median_is_the_estimate():
    assert uncertain(A, "tweets_peak").percentile(50) == pytest.approx(estimate(A)["tweets_peak"].value, rel=0.03)


def test_the_same_generator_draws_the_same():
    first, second = (uncertain(A, "fanout_workers", rng=np.random.default_rng(7)).draws for _ in range(2))
    assert (first == second).all() and first.shape == (10_000,)


def test_a_product_of_log_normals_has_the_percentiles_of_theory():
    ranges = {"tweets_per_day": (250e6, 1000e6), "write_peak": (5, 20)}
    spread = uncertain(A, "tweets_peak", ranges, n=40_000)
    assert spread.factor == pytest.approx(2 ** np.sqrt(2), rel=0.03)  # logarithms add like right angles: 2x and 2x make 2.67x
    assert spread.shares["tweets_per_day"] == pytest.approx(0.5, abs=0.02)


def test_what_is_certain_has_no_share():
    spread = uncertain(A, "tweets_peak", {"write_peak": (2, 2)})
    assert spread.shares["write_peak"] == 0 and spread.worth_arguing() == "tweets_per_day"


def test_a_wider_guess_is_more_worth_arguing_about():
    assert uncertain(A, "tweet_store_bytes", {"tweet_bytes": (40, 4_000)}).worth_arguing() == "tweet_bytes"
    assert next(iter(argument(A, "media_store_bytes").rows))[0] == "media_bytes"


def test_shares_stay_below_a_hundred_percent_and_above_nothing():
    spread = uncertain(A, "deliveries_peak", {"celebrity_deliveries": (90, 99.9)})
    assert spread.draws.min() > 0


def test_choices_add_up_and_agree_with_the_decision_at_the_median():
    spread = uncertain(A, "fanout_workers")
    assert sum(spread.choices.values()) == pytest.approx(1)
    assert max(spread.choices, key=spread.choices.get) == estimate(A).decided()["fanout_workers"]
    assert uncertain(A, "tweets_avg").choices == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"row": "nothing"},
        {"n": 3},
        {"ranges": {"tweets_per_day": (0, 5)}},
        {"ranges": {"tweets_per_day": (9, 5)}},
        {"ranges": {"cats": (1, 2)}},
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong: dict):
    with pytest.raises(EstimationError):
        uncertain(A, **{"row": "tweets_peak", **wrong})


# --- availability ---


def test_a_chain_is_weaker_than_its_weakest_part_and_copies_are_stronger():
    assert serial(0.999, 0.99) == pytest.approx(0.98901) and serial() == 1
    assert parallel(0.99, 2) == pytest.approx(0.9999) and parallel(0.5, 1) == 0.5


def test_nines_are_minutes():
    assert downtime(0.9995) == pytest.approx(21.915) and downtime(0.9999, "year", "min") == pytest.approx(52.596)
    with pytest.raises(EstimationError, match=r"99\.95 % is 0\.9995"):
        downtime(99.95)
    with pytest.raises(EstimationError, match="copies"):
        parallel(0.9, 0)
