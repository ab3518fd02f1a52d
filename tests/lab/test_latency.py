"""Hops and what is made of them: distributions agree with brute force, percentiles do not add, spares help as far as they differ."""

from __future__ import annotations

import heapq
import statistics
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.lab.gaussian import from_tail, tail
from reference.lab.latency import (
    Call,
    Hop,
    cached,
    hedged,
    hops,
    hops_table,
    parallel,
    paused,
    percentiles,
    quorum,
    rank_z,
    read_hops,
    retried,
    scatter,
    scatter_limited,
    serial,
    slowest_share,
)
from reference.twitter.errors import InvalidInput
from tests.benchmarks.bench_latency import COMPOSITIONS, median_ms

N = 40_000
READ = hops()["cassandra point read"]
COMMAND = hops()["redis command"]
LEAF = Hop("leaf", 1, 10)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def found(samples: np.ndarray) -> list[float]:
    return list(percentiles(samples, (50, 95, 99)).values())


def close(samples: np.ndarray, others: np.ndarray, rel: float = 0.04) -> bool:
    return found(samples) == pytest.approx(found(others), rel=rel)


# — the normal tail —


@given(st.floats(-8, 36))
def test_the_tail_is_that_of_the_normal_distribution(z: float):
    expected = statistics.NormalDist().cdf(-z) if z < 5 else None
    if expected is not None:
        assert float(tail(z)) == pytest.approx(expected, rel=1e-5)
    if z > -5:
        assert float(from_tail(tail(z))) == pytest.approx(z, abs=1e-4)


def test_the_ends_of_the_tail_are_certain():
    assert tail(np.array([-np.inf, np.inf])).tolist() == [1.0, 0.0]
    assert np.isfinite(from_tail(np.array([0.0, 1.0]))).all()


# — hops —


@pytest.mark.parametrize("hop", hops().values(), ids=hops())
def test_a_hop_goes_through_its_median_and_its_p99_and_stays_above_its_floor(hop: Hop):
    samples = hop.sample(N, rng())
    assert [hop.percentile(50), hop.percentile(99)] == pytest.approx([hop.p50_ms, hop.p99_ms], rel=1e-4)
    assert [np.median(samples), np.percentile(samples, 99)] == pytest.approx([hop.p50_ms, hop.p99_ms], rel=0.06)
    assert samples.min() >= hop.floor_ms and hop.mean_ms == pytest.approx(samples.mean(), rel=0.03)


def test_every_hop_says_what_it_is_and_who_says_so():
    assert all(hop.says and len(hop.source) > 20 for hop in hops().values())
    assert {"network", "memory", "disk", "store", "security"} <= {hop.kind for hop in hops().values()}
    assert list(hops_table().index) == list(hops())


def test_what_is_nearer_answers_sooner():
    order = ["process cache", "redis server", "ssd random read", "round trip in a zone", "redis command", "round trip between zones",
             "cassandra point read", "hdd seek", "round trip between regions", "round trip between continents"]  # fmt: skip
    medians = [hops()[name].p50_ms for name in order]
    assert medians == sorted(medians)


@pytest.mark.parametrize(
    "change", [{"p50_ms": 0}, {"p50_ms": -1}, {"p99_ms": 4}, {"p99_ms": float("nan")}, {"floor_ms": 5}, {"floor_ms": -1},
               {"p50_ms": "5"}, {"kind": "magic"}, {"source": " "}, {"name": ""}],
)  # fmt: skip
def test_an_impossible_hop_is_refused(change: dict):
    with pytest.raises(InvalidInput):
        Hop(**({"name": "read", "p50_ms": 5, "p99_ms": 25} | change))


@pytest.mark.parametrize("text", ["[[hop]]\nname = 'x'", "[[hop", "[[hop]]\nname = 'x'\np50_ms = 1\np99_ms = 2\nspeed = 3"])
def test_a_file_of_hops_that_cannot_be_read_is_refused(text: str):
    with pytest.raises(InvalidInput):
        read_hops(text)


def test_a_hop_listed_twice_is_refused_by_name():
    with pytest.raises(InvalidInput, match="one"):
        read_hops("[[hop]]\nname = 'one'\np50_ms = 1\np99_ms = 2\n" * 2)


def test_a_fit_takes_median_and_p99_of_what_was_measured():
    samples = READ.sample(20_000, rng())
    fitted = Hop.fit("measured", samples)
    assert (fitted.p50_ms, fitted.p99_ms) == tuple(np.percentile(samples, [50, 99]))


@pytest.mark.parametrize("samples", [[1.0] * 99, [float("nan")] * 200, [-1.0] * 200, [0.0] * 200])
def test_a_fit_needs_samples_that_have_a_p99(samples: list[float]):
    with pytest.raises(InvalidInput):
        Hop.fit("measured", samples)


def test_a_hop_without_spread_is_always_the_same():
    assert Hop("clockwork", 5, 5).sample(1000, rng()) == pytest.approx(5, rel=1e-6)


# — percentiles —


def test_percentiles_do_not_add():
    together = percentiles(serial(READ, READ, READ).sample(N, rng()))
    alone = percentiles(READ.sample(N, rng()))
    assert together[99] < 0.75 * 3 * alone[99]
    assert together[50] > 1.1 * 3 * alone[50]


def test_a_mean_hides_what_a_percentile_shows():
    design_a = cached(0.1, cached(1.0, 5.0, 0.75), 0.6)  # L1 60 %, L2 30 %, store 10 %
    samples = design_a.sample(N, rng())
    assert samples.mean() == pytest.approx(0.86, rel=0.02)
    assert list(percentiles(samples, (50, 80, 99)).values()) == [0.1, 1.0, 5.0]


@pytest.mark.parametrize(("samples", "percents"), [([], (50,)), ([1.0, float("nan")], (50,)), ([1.0], (101,)), ([1.0], (-1,))])
def test_percentiles_of_nothing_are_refused(samples: list, percents: tuple):
    with pytest.raises(InvalidInput):
        percentiles(samples, percents)


# — every composition —


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_the_distribution_and_the_samples_of_a_call_agree(name: str):
    call = COMPOSITIONS[name]
    assert [call.percentile(percent) for percent in (50, 95, 99)] == pytest.approx(found(call.sample(N, rng())), rel=0.05)


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_the_same_dice_give_the_same_samples(name: str):
    first, second = (COMPOSITIONS[name].sample(500, rng(3)) for _ in range(2))
    assert (first == second).all() and first.shape == (500,) and (first > 0).all()


INNER: dict[str, Call] = {
    "hop": READ,
    "fixed": paused(5.0, 0.3, 2.0),
    "serial": serial(COMMAND, READ, 1.0),
    "parallel": parallel(READ, LEAF),
    "cached": cached(COMMAND, READ, 0.9),
    "paused": paused(READ, 0.05, 100),
    "hedged": hedged(READ, 12, shared=0.3),
    "retried": retried(READ, 12, 3, 0.05, 4),
    "quorum": quorum(READ, 2, 3),
}


@pytest.mark.parametrize("name", INNER)
@pytest.mark.parametrize(("k", "n"), [(8, 8), (5, 8), (1, 8)])
def test_the_kth_of_n_is_what_drawing_all_n_gives(name: str, k: int, n: int):
    drawn = np.sort(np.stack([INNER[name].sample(N, rng(seed)) for seed in range(n)]), axis=0)[k - 1]
    assert close(quorum(INNER[name], k, n).sample(N, rng(99)), drawn)


def test_one_slow_leaf_in_a_hundred_makes_two_pages_in_three_slow():
    assert float(scatter(LEAF, 100).survival(10)) == pytest.approx(1 - 0.99**100, rel=1e-4)


def test_the_published_tail_of_a_wide_scatter_comes_out():
    """Dean & Barroso 2013, table 1: a leaf 1 and 10 ms at p50 and p99, all leaves 40 and 140 ms. A lognormal says so within a third."""
    wide = scatter(hops()["search leaf"], 5_000)
    assert [wide.percentile(50), wide.percentile(99)] == pytest.approx([40, 140], rel=1 / 3)


@given(st.integers(1, 10**6), st.sampled_from([50.0, 99.0]))
def test_the_slowest_of_many_is_one_far_percentile_of_one(n: int, percent: float):
    share = slowest_share(n, percent)
    assert (share / 100) ** n == pytest.approx(percent / 100, rel=1e-6)
    assert LEAF.at_z(np.array(rank_z(n, percent))) == pytest.approx(scatter(LEAF, n).percentile(percent), rel=0.01)


@settings(deadline=None, max_examples=12)
@given(st.integers(1, 9), st.sampled_from(["hop", "fixed", "cached", "paused"]), st.sampled_from([0.0, 0.4, 1.0]))
def test_more_answers_take_longer_and_more_copies_less(n: int, name: str, shared: float):
    call = INNER[name]
    tails = [quorum(call, k, n, shared).percentile(95) for k in range(1, n + 1)]
    assert (np.diff(tails) >= -1e-6).all()
    assert quorum(call, 1, n + 1, shared).percentile(95) <= tails[0] * 1.001


# — how alike —


@pytest.mark.parametrize("shared", [0.0, 0.4, 1.0])
def test_what_calls_share_does_not_change_any_one_of_them(shared: float):
    assert close(scatter(READ, 1, shared).sample(N, rng()), READ.sample(N, rng(2)))


def test_independence_is_pessimistic_for_the_slowest_and_optimistic_for_spares():
    degrees = (0.0, 0.3, 0.6, 0.9)
    slowest = [scatter(READ, 100, shared).percentile(99) for shared in degrees]
    spares = [
        [hedged(READ, 10, shared).percentile(99) for shared in degrees],
        [quorum(READ, 2, 3, shared).percentile(99) for shared in degrees],
        [retried(READ, 15, 3, shared=shared).failed_share for shared in degrees],
    ]
    assert slowest == sorted(slowest, reverse=True)
    assert all(each == sorted(each) and each[-1] > 1.2 * each[0] for each in spares)


def test_copies_of_one_slow_node_are_no_help_at_all():
    for call in (scatter(READ, 50, 1.0), quorum(READ, 2, 3, 1.0), hedged(READ, 5, 1.0)):
        assert [call.percentile(50), call.percentile(99)] == pytest.approx([READ.p50_ms, READ.p99_ms], rel=0.02)


@pytest.mark.parametrize(
    "make", [lambda: hedged(READ, 10, 0.5), lambda: retried(READ, 15, 3, 0.02, 5, 0.5), lambda: quorum(READ, 3, 5, 0.5)]
)
def test_alike_calls_agree_with_their_distribution(make: Callable[[], Call]):
    call = make()
    assert [call.percentile(50), call.percentile(99)] == pytest.approx(np.percentile(call.sample(2 * N, rng()), [50, 99]), rel=0.04)


def test_a_pause_of_each_read_is_the_page_s_but_a_pause_of_all_reads_is_rare():
    around, inside = paused(scatter(READ, 1000), 0.01, 200), scatter(paused(READ, 0.01, 200), 1000)
    assert float(around.survival(200)) < 0.02 and float(inside.survival(200)) > 0.999


# — spares —


def test_a_hedge_after_p95_asks_one_time_in_twenty_more_and_cuts_the_tail():
    plain, spare = scatter(READ, 1000), hedged(READ, READ.percentile(95))
    assert spare.extra_share == pytest.approx(0.05, rel=1e-3)
    assert scatter(spare, 1000).percentile(99) < 0.5 * plain.percentile(99)


def test_a_hedge_never_answers_later_than_the_first_request():
    assert (hedged(READ, 10).survival(READ.places()) <= READ.survival(READ.places()) + 1e-12).all()


def test_retries_without_need_are_the_call_itself():
    patient = retried(READ, 10_000, 3)
    assert close(patient.sample(N, rng()), READ.sample(N, rng(2))) and patient.extra_share < 1e-6 and patient.failed_share < 1e-6


def test_retries_count_what_they_ask_and_when_they_give_up():
    call = retried(READ, 10, 3, failure_rate=0.1, backoff_ms=5)
    fails = 0.1 + 0.9 * float(READ.survival(10))
    samples = call.sample(N, rng())
    assert call.extra_share == pytest.approx(fails + fails**2) and call.failed_share == pytest.approx(fails**3)
    assert samples.max() == 10 + 5 + 10 + 10 + 10
    assert (samples == samples.max()).mean() == pytest.approx(fails**3, rel=0.1)
    gaps = ((samples > 10) & (samples < 15)) | ((samples > 25) & (samples < 35))
    assert not gaps.any()  # it waits, nobody can answer


# — a pool —


def by_hand(latencies: np.ndarray, at_once: int) -> float:
    free = [0.0] * at_once
    for latency in latencies:
        heapq.heapreplace(free, free[0] + latency)
    return max(free)


@pytest.mark.parametrize(("n", "at_once"), [(9, 4), (60, 7), (40, 39), (12, 1)])
def test_a_pool_is_what_serving_read_by_read_gives(n: int, at_once: int):
    reads = READ.sample(6_000 * n, rng()).reshape(6_000, n)
    assert close(scatter_limited(READ, n, at_once).played(12_000, rng(2)), np.array([by_hand(row, at_once) for row in reads]), 0.07)


def test_a_pool_of_equal_reads_goes_in_waves():
    assert scatter_limited(5.0, 25, 10).sample(10, rng()).tolist() == [15.0] * 10
    assert scatter_limited(5.0, 5_000, 50).sample(1_000, rng()) == pytest.approx(500.0)


def test_a_pool_of_one_is_serial_and_a_wide_one_a_scatter():
    assert close(scatter_limited(READ, 5, 1).sample(N, rng()), serial(*[READ] * 5).sample(N, rng(2)))
    assert close(scatter_limited(READ, 5, 9).sample(N, rng()), scatter(READ, 5).sample(N, rng(2)))


@pytest.mark.parametrize(("n", "at_once", "plays"), [(300, 20, 6_000), (300, 200, 6_000), (1_000, 50, 2_000)])
def test_the_estimate_of_a_large_pool_is_what_playing_it_gives(n: int, at_once: int, plays: int):
    pool = scatter_limited(READ, n, at_once)
    played, estimated = np.percentile(pool.played(plays, rng()), [50, 99]), np.percentile(pool.estimated(N, rng(2)), [50, 99])
    assert estimated[0] == pytest.approx(played[0], rel=0.02) and estimated[1] == pytest.approx(played[1], rel=0.07)


def test_more_at_once_is_faster_until_the_slowest_decides():
    medians = [np.median(scatter_limited(READ, 2_000, at_once).sample(4_000, rng())) for at_once in (10, 30, 100, 300, 1_000, 2_000)]
    assert medians == sorted(medians, reverse=True) and medians[-1] == pytest.approx(scatter(READ, 2_000).percentile(50), rel=0.05)


# — bad input —


@pytest.mark.parametrize(
    "make",
    [
        lambda: scatter(READ, 0), lambda: scatter(READ, 2.5), lambda: quorum(READ, 4, 3), lambda: quorum(READ, 0, 3),
        lambda: scatter(READ, 3, shared=1.5), lambda: cached(COMMAND, READ, 1.1), lambda: cached(COMMAND, READ, -0.1),
        lambda: cached(COMMAND, READ, float("nan")), lambda: paused(READ, 2, 5), lambda: hedged(READ, -1),
        lambda: retried(READ, 0, 3), lambda: retried(READ, 10, 0), lambda: retried(READ, 10, 3, 1.5), lambda: retried(READ, 10, 3, 0, -1),
        lambda: scatter_limited(READ, 0, 5), lambda: scatter_limited(READ, 5, 0), serial, parallel, lambda: serial("5 ms"),
        lambda: serial(-1.0), lambda: serial(True), lambda: READ.sample(0, rng()), lambda: READ.percentile(100), lambda: rank_z(0),
    ],
)  # fmt: skip
def test_an_impossible_call_is_refused(make: Callable[[], object]):
    with pytest.raises(InvalidInput):
        make()


# — time —


@pytest.mark.slow
@pytest.mark.timed
@pytest.mark.parametrize("name", COMPOSITIONS)
def test_a_hundred_thousand_samples_take_less_than_a_hundred_ms(name: str):
    assert median_ms(COMPOSITIONS[name]) < 100


TWO_STEPS = cached(0.0, 100.0, 0.96)  # a jump at 0, one at 100


@pytest.mark.parametrize(
    "call",
    [
        serial(TWO_STEPS, TWO_STEPS),
        serial(TWO_STEPS, TWO_STEPS, cached(1.0, 30.0, 0.9)),
        serial(paused(5.0, 0.04, 100.0), 3.0),
        serial(READ, TWO_STEPS),
    ],
    ids=["two", "three", "a pause", "a read and a jump"],
)
def test_percentiles_of_a_sum_know_the_jumps_of_its_parts(call):
    """Of hits, misses and pauses: between two jumps no call ends, and a table that draws a line there tells a latency that nobody sees."""
    drawn = call.sample(400_000, np.random.default_rng(5))
    for percent in (50, 90, 95, 99, 99.9):
        expected = np.percentile(drawn, percent, method="inverted_cdf")
        assert call.percentile(percent) == pytest.approx(expected, rel=0.02, abs=0.01), percent
