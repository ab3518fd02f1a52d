"""What the notebook on rate limits counts is so: busiest hours, races, published codes, the library whose arithmetic is shown."""

from __future__ import annotations

import importlib.metadata
from typing import Any

import numpy as np
import pytest

from reference.lab import limiter_lessons as lessons
from reference.lab import published_limiters as published
from reference.twitter.backend import connect
from reference.twitter.clock import ManualClock
from reference.twitter.errors import Unavailable
from reference.twitter.ratelimit import FixedWindow, SlidingWindowCounter, SlidingWindowLog, TokenBucket
from tests.contracts import peer_limiters as peers
from tests.contracts.test_rate_limiter_contract import PEERS
from tests.contracts.travelling_clock import travelling

PER_S = 100 / 3600


def test_the_busiest_hour_may_begin_anywhere_and_does_not_hold_its_own_end() -> None:
    assert lessons.most_in_any([]) == 0
    assert lessons.most_in_any([0.0, 3600.0, 7200.0]) == 1
    assert lessons.most_in_any([0.0, 3500.0, 3599.9, 3600.0, 7000.0]) == 4
    assert lessons.most_in_any([1.0, 1.0, 3.0], window_s=2) == 2


def test_calls_are_played_at_their_times_and_told_with_what_was_left() -> None:
    clock = ManualClock(published.NINE_O_CLOCK_S)
    played = lessons.play(lessons.make(FixedWindow, connect("fakeredis://"), clock, limit=2), clock, [0, 10.5, 20, 3600])
    assert played["admitted"].tolist() == [True, True, False, True] and played["remaining"].tolist() == [1, 0, 0, 1]
    assert clock.now() == published.NINE_O_CLOCK_S + 3600


def test_every_algorithm_keeps_its_own_promise_on_the_same_calls() -> None:
    arrivals = np.concatenate([3590 + np.arange(20.0), 3700 + 300 * np.arange(20.0)])
    most = lessons.verdicts(lessons.through_all(arrivals, limit=10))["most in any hour"]
    assert most["SlidingWindowLog"] == 10 and most["FixedWindow"] == 20
    assert 10 < most["SlidingWindowCounter"] <= 20 and most["GCRA"] == most["TokenBucket"] <= 20


def test_who_waits_as_told_gets_all_that_a_bucket_promises() -> None:
    clock = ManualClock(published.NINE_O_CLOCK_S)
    bucket = TokenBucket(connect("fakeredis://"), 5, 5 / 3600, clock)
    assert lessons.as_told(bucket, clock, for_s=3601) == [0, 0, 0, 0, 0, 720, 1440, 2160, 2880, 3600]


def test_a_sliding_counter_lets_nearly_twice_its_limit_into_an_hour_at_worst() -> None:
    clock = ManualClock(published.NINE_O_CLOCK_S)
    counter = lessons.make(SlidingWindowCounter, connect("fakeredis://"), clock, limit=20)
    calls = lessons.play(counter, clock, np.concatenate([3599 + 0.02 * np.arange(20), 3600 + 30 * np.arange(120)]))
    assert lessons.most_in_any(calls.loc[calls["admitted"], "at_s"].to_numpy()) == 39


@pytest.mark.parametrize(("clients", "tries", "naive"), [(2, 8, 10), (4, 6, 20), (3, 2, 6)])
def test_in_lockstep_each_token_is_sold_to_every_client_and_by_a_script_once(clients: int, tries: int, naive: int) -> None:
    redis, clock = connect("fakeredis://"), ManualClock()
    apart = published.lockstep(lambda between: published.CheckThenAct(redis, 5, 0.001, clock, between), clients, tries)
    together = published.lockstep(lambda between: TokenBucket(redis, 5, 0.001, clock), clients, tries)
    assert (apart, together) == (naive, min(5, clients * tries))
    assert published.race(TokenBucket(redis, 5, 0.001, clock, namespace="free"), clients, tries) == together


def test_who_writes_late_gives_back_what_others_spent_so_that_lockstep_is_not_the_worst() -> None:
    redis, clock, admitted = connect("fakeredis://"), ManualClock(), []
    quick = published.CheckThenAct(redis, 5, 0.001, clock)

    def others_spend_all() -> None:
        while quick.acquire("shared"):
            admitted.append("quick")

    late = published.CheckThenAct(redis, 5, 0.001, clock, others_spend_all)
    while late.acquire("shared"):
        admitted.append("late")
    assert (admitted.count("late"), admitted.count("quick")) == (5, 5 + 4 + 3 + 2 + 1), "two clients, four times the capacity"


@pytest.mark.parametrize(("name", "admitted"), [("B", 9), ("C", 9), ("E", 9), ("one Lua script", 2)])
def test_the_published_codes_admit_all_who_come_at_once(name: str, admitted: int) -> None:
    assert published.at_once(name, clients=9) == admitted


def test_keys_expire_in_virtual_time_and_a_new_expiry_counts() -> None:
    redis, clock = published.stage()
    redis.set("a", "1", ex=10)
    clock.advance(9)
    redis.expire("a", 10)
    clock.advance(9.5)
    assert redis.get("a") == "1"
    clock.advance(0.5)
    assert redis.get("a") is None
    redis.hset("b", mapping={"x": 1})
    redis.expire("b", 0)
    assert redis.hgetall("b") == {}


def test_the_code_of_c_begins_one_short_and_forgets_within_an_hour() -> None:
    redis, clock = published.stage()
    daily, single = published.PublishedC(redis, 10, 10 / 86_400, clock), published.PublishedC(redis, 1, 1.0, clock)
    assert [daily.acquire("a") for _ in range(11)].count(True) == 9 and not single.acquire("b")
    clock.advance(3600)
    assert [daily.acquire("a") for _ in range(11)].count(True) == 9


def test_the_code_of_e_credits_the_same_time_again_and_again() -> None:
    redis, clock = published.stage()
    assert lessons.play(published.PublishedE(redis, 5, 100, clock), clock, 5.0 * np.arange(100))["admitted"].all()
    assert not all(published.PublishedE(redis, 5, 100, clock).acquire("other") for _ in range(6))


def test_the_code_of_b_counts_an_instant_once() -> None:
    redis, clock = published.stage()
    log = published.PublishedB(redis, 5, 100, clock)
    assert all(log.acquire("a") for _ in range(50))
    assert lessons.play(log, clock, range(1, 21), key="b")["admitted"].sum() == 5


@pytest.mark.parametrize(("capacity", "per_s", "every_s", "calls"), [(4, 4, 0.125, 40), (20, 7, 0.3, 60), (50, 100, 0.004, 200)])
def test_the_library_decides_as_its_arithmetic_here(capacity: int, per_s: int, every_s: float, calls: int) -> None:
    throttled = pytest.importorskip("throttled")
    assert importlib.metadata.version(published.LIBRARY) == published.LIBRARY_VERSION
    with travelling(published.NINE_O_CLOCK_S) as clock:
        store = throttled.RedisStore(server="redis://unused")
        store._backend._client = connect("fakeredis://")
        real = peers.Throttled(store, "token_bucket", capacity, per_s)
        said = [real.acquire("client").allowed for _ in _ticks(clock, every_s, calls)]
    redis, virtual = published.stage()
    ours = published.WholeSecondBucket(redis, capacity, per_s, virtual)
    assert said == [ours.acquire("client") for _ in _ticks(virtual, every_s, calls)]


def test_the_library_itself_admits_everything_when_its_expiry_is_zero(redis_url: str) -> None:
    """On a real server: fakeredis deletes a key whose expiry is 0 only when its clock moves on."""
    throttled = pytest.importorskip("throttled")
    library = peers.Throttled(throttled.RedisStore(server=redis_url), "token_bucket", 40, 100)
    redis, clock = published.stage()
    arithmetic = published.WholeSecondBucket(redis, 40, 100, clock)
    assert all(library.acquire("everything").allowed for _ in range(300))
    assert arithmetic.ttl_s == 0 and all(arithmetic.acquire("everything") for _ in range(300))


def _ticks(clock: ManualClock, every_s: float, calls: int) -> Any:
    for number in range(calls):
        clock.advance(every_s if number else 0)
        yield number


def test_the_table_of_flaws_is_what_the_contract_finds_in_the_versions_that_are_tested() -> None:
    modules = {"limits": "limits", "throttled-py": "throttled", "pyrate-limiter": "pyrate_limiter"}
    found = {(adapter.__name__.removesuffix("_on"), law) for adapter, *_, laws in PEERS for law in laws}
    told = set()
    for name, version, law in ((*row.Index.split(), row[2]) for row in published.flaws().itertuples()):
        pytest.importorskip(modules[name])
        assert importlib.metadata.version(name) == version
        told.add((modules[name].removesuffix("_limiter"), law))
    assert told == found and len(published.flaws()) == len(told)


def test_a_key_weighs_what_the_notebook_says(redis_url: str) -> None:
    redis = connect(redis_url)
    for algorithm in lessons.ALGORITHMS:
        found = []
        for calls in (100, 1500):
            clock = ManualClock(published.NINE_O_CLOCK_S)
            limiter = lessons.make(algorithm, redis, clock, calls)
            for _ in range(calls):
                limiter.acquire("12345678:tweet")
                clock.advance(1)
            found.append(redis.memory_usage(limiter._key("12345678:tweet"), samples=0))
            limiter.forget("12345678:tweet")
        if redis.info("server")["redis_version"] == "7.0.15":
            assert found == pytest.approx(lessons.MEMORY_USAGE_BYTES[algorithm.__name__], rel=0.005)
        assert (found[1] > 20 * found[0]) == (algorithm is SlidingWindowLog)


def test_leases_ask_once_for_each_block() -> None:
    leased = lessons.leased_commands([5, 50], decisions=50)
    assert leased["Redis commands"].tolist() == [50, 10, 1] and (leased["admitted"] == 50).all()


def test_a_redis_that_is_down_does_not_answer() -> None:
    with pytest.raises(Unavailable):
        TokenBucket(lessons.redis_that_is_down(), 5, 1).acquire("a")


def test_figures_say_what_they_count() -> None:
    clock = ManualClock(published.NINE_O_CLOCK_S)
    played = lessons.play(lessons.make(FixedWindow, connect("fakeredis://"), clock, 3), clock, 3599.0 + 0.25 * np.arange(8))
    figure = lessons.edge_figure({"FixedWindow": played}, 3600)
    assert "FixedWindow: 6 calls" in figure.layout.title.text and list(figure.data[0].y) == [1, 2, 3, 3, 4, 5, 6, 6]
    budgets = lessons.budgets_figure({"FixedWindow": played})
    assert [len(trace.x) for trace in budgets.data] == [8, 6, 2]
    panel = lessons.most_within(20, 80)
    names = {note.text: note.yshift for note in lessons.most_figure(panel).layout.annotations}
    assert names["bucket 20, 80/h"] - names["100 in any hour"] == 16, "they end at the same height and must not hide each other"
    assert "100 calls" in lessons.most_figure(panel).layout.title.text
    assert lessons.most_numbers(panel) == {"most in one hour": "100", "a token comes back every": "45 s"}


def test_the_table_of_policies_has_a_cell_for_each_number() -> None:
    table = lessons.policy_table()
    assert table.loc[("tweet", "user"), "A"] == "300 / 3 hour" and table.loc[("tweet", "user, free"), "E"] == "300 / day or 50 / day"
    assert "D" not in table.columns


def test_four_a_second_is_a_rhythm() -> None:
    library, ours = (lessons.rhythm(make, calls=24) for make in lessons.FOUR_A_SECOND)
    assert library == "■■■■····" * 3 and ours == "■■■■■■■·" + "■·" * 8


def test_two_bursts_meet_around_a_full_second_when_time_is_whole_seconds() -> None:
    assert [published.around_a_full_second(make) for make in lessons.FOUR_A_SECOND] == [8, 4]


def test_the_cost_of_a_gateway_is_said_in_cores() -> None:
    assert "1.10 cores" in lessons.gateway_cost(110_000) and "0.011" in lessons.gateway_cost(110_000)
