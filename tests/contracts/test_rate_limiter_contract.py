"""The contract of rate limiters accepts what is right and names what is wrong: in wrong limiters, published codes and libraries."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from reference.contracts import rate_limiter
from reference.contracts.rate_limiter_promise import APPLIES, OFFERS
from reference.twitter.backend import connect
from reference.twitter.clock import ManualClock
from reference.twitter.errors import InvalidInput
from reference.twitter.ratelimit import GCRA, FixedWindow, LeasedTokenBucket, SlidingWindowCounter, SlidingWindowLog, TokenBucket
from tests.contracts import peer_limiters as peers
from tests.contracts import wrong_limiters as wrong
from tests.contracts.travelling_clock import travelling

FRESH = "a fresh key admits its capacity and then refuses"
INSTANT = "calls of the same instant all count"
BOUND = "no interval sees more than was promised"
EDGE = "no double burst at the edge of a window"
WINDOW = "no window wherever it begins sees more than the limit"
TOKEN = "a token comes back after one over the rate"
ONCE = "elapsed time is credited once"
STARVE = "frequent calls do not starve"
IDLE = "an idle key saves up no more than its capacity"
KEYS = "keys are independent"
REFUSED = "a refused call consumes nothing"
COST = "a call of cost n takes n"
ABOVE = "a cost above the capacity is refused and takes nothing"
LOOK = "a look takes nothing"
REMAINING = "remaining is true"
RETRY = "waiting retry after succeeds and a millisecond less does not"
RESET = "after reset after the whole capacity is back"
CHECKED = "wrong parameters are errors"
RESTS = "a spent budget stays spent while the key rests"
SMALL = "a small burst of a fast limit is limited too"
EXPIRES = "idle state expires"
SKEW = "clients whose clocks disagree do not widen the limit"
THREADS = "threads together get no more than the capacity"

# limiter, the law that names its mistake, a word of the hint, further laws that it breaks by that (None: many)
KNOWN_WRONG = [
    (wrong.OneTooMany, FRESH, "refuse beyond the capacity", None),
    (wrong.MemberIsTheTime, INSTANT, "Make members unique", (COST, REMAINING, SKEW, THREADS)),
    (wrong.RefillsTooFast, BOUND, "at most rate·t", (EDGE, TOKEN, RETRY, RESTS)),
    (wrong.TwoBurstsMeet, EDGE, "drops to 0", (BOUND, TOKEN, RETRY, RESET)),
    (wrong.RefillsInWholeSeconds, TOKEN, "fractions of a second", (BOUND, EDGE, RETRY)),
    (wrong.CreditsAgainAndAgain, ONCE, "up to which moment", (BOUND, EDGE, TOKEN, IDLE, REMAINING, RESET, SKEW)),
    (wrong.LosesFractions, STARVE, "rounded away", (TOKEN, RETRY)),
    (wrong.SavesUpWithoutEnd, IDLE, "min(capacity", (RESTS,)),
    (wrong.OneKeyForAll, KEYS, "part of the state's name", None),
    (wrong.RefusalsCount, REFUSED, "Decide first", (TOKEN, STARVE, RETRY)),
    (wrong.IgnoresTheCost, COST, "take the cost", (REFUSED,)),
    (wrong.AdmitsOnCredit, ABOVE, "before anything is written", ()),
    (wrong.LooksCost, LOOK, "write nothing", ()),
    (wrong.TellsWhatWasLeftBefore, REMAINING, "after this call", ()),
    (wrong.RetryInWholeSeconds, RETRY, "Do not round", ()),
    (wrong.RetryForASingleToken, RETRY, "when this cost fits", ()),
    (wrong.ResetAtTheNextToken, RESET, "equals that of a fresh key", ()),
    (wrong.Unchecked, CHECKED, "finite and > 0", ()),
    (wrong.ForgetsAfterAnHour, RESTS, "A fixed hour is not a day", ()),
    (wrong.ExpiryRoundedDown, SMALL, "Round the expiry up", ()),
    (wrong.NeverForgets, EXPIRES, "expiry with every write", ()),
    (wrong.BelievesItsClient, SKEW, "Ask the store for the time", ()),
    (wrong.NoLock, THREADS, "in one step", ()),
]
OURS = [
    (TokenBucket, "bucket", 22),
    (GCRA, "bucket", 22),
    (SlidingWindowLog, "log", 22),
    (SlidingWindowCounter, "counter", 21),
    (FixedWindow, "window", 20),
]
NAMES = [case[0].__name__ for case in OURS]


def judge(limiter: Any, **options: Any) -> rate_limiter.Report:
    """One of the limiters in process, on a clock of its own."""
    factory, store = wrong.fresh(limiter)
    clock = ManualClock()
    return rate_limiter.check(factory, clock=clock, stored=lambda: store.size(clock.now_ns()), **options)


def hint_of(report: rate_limiter.Report, law: str) -> str:
    return next(failure.hint for failure in report.failures if failure.behaviour == law)


def factory_of(algorithm: Any, kind: str, redis: Any, server_time: bool = False) -> Callable[[int, float, Any], Any]:
    """Ours, by capacity and rate, in a namespace of its own on `redis`."""
    space = f"contract-{uuid.uuid4().hex[:8]}"

    def make(capacity: int, per_s: float, clock: Any) -> Any:
        return algorithm(redis, capacity, per_s if kind == "bucket" else capacity / per_s, None if server_time else clock, namespace=space)

    return make


@pytest.mark.parametrize("server_time", [True, False], ids=["server time", "injected time"])
@pytest.mark.parametrize(("algorithm", "kind", "laws"), OURS, ids=NAMES)
def test_each_algorithm_shows_what_its_kind_promises(algorithm: Any, kind: str, laws: int, server_time: bool) -> None:
    with travelling() as clock:
        redis = connect("fakeredis://")
        factory = factory_of(algorithm, kind, redis, server_time)
        report = rate_limiter.check(factory, kind=kind, clock=clock, stored=lambda: len(redis.keys()))
    assert report.ok, str(report)
    assert len(report.passed) == laws


@pytest.mark.parametrize(("algorithm", "kind", "laws"), OURS, ids=NAMES)
def test_each_algorithm_shows_it_on_a_real_server_too(algorithm: Any, kind: str, laws: int, redis_url: str) -> None:
    report = rate_limiter.check(factory_of(algorithm, kind, connect(redis_url)), kind=kind)
    assert report.ok, str(report)
    assert len(report.passed) == laws - 1  # whether state expires is seen on travelling time


@pytest.mark.parametrize("capacity_in_a_block", [1, 5, None])
def test_the_leased_bucket_shows_what_a_bucket_promises(capacity_in_a_block: int | None) -> None:
    with travelling() as clock:
        redis = connect("fakeredis://")

        def factory(capacity: int, per_s: float, injected: Any) -> LeasedTokenBucket:
            block = None if capacity_in_a_block is None else max(1, min(capacity, capacity_in_a_block))
            return LeasedTokenBucket(redis, capacity, per_s, injected, block=block)

        offers = OFFERS - {"remaining", "reset_after"}  # they are about this process's own tokens
        report = rate_limiter.check(factory, offers=offers, clock=clock, stored=lambda: len(redis.keys()))
    assert report.ok, str(report)


def test_the_sound_limiter_from_which_the_wrong_ones_derive_shows_every_behaviour() -> None:
    report = judge(wrong.Sound)
    assert report.ok, str(report)


@pytest.mark.parametrize(("limiter", "law", "word", "also"), KNOWN_WRONG, ids=[case[0].__name__ for case in KNOWN_WRONG])
def test_a_known_wrong_limiter_is_rejected_by_the_law_that_names_its_mistake(limiter: Any, law: str, word: str, also: Any) -> None:
    report = judge(limiter)
    assert law in report.failed, str(report)
    assert word in hint_of(report, law)
    if also is not None:
        assert set(report.failed) == {law, *also}, str(report)


def test_every_law_rejects_some_known_wrong_limiter() -> None:
    laws = {each.name for each in rate_limiter.contract}
    assert {law for _, law, _, _ in KNOWN_WRONG} == laws - {WINDOW}
    assert set(APPLIES) == laws and len(laws) == 23


def test_who_promises_a_hard_window_and_keeps_a_softer_one_is_found_out(redis: Any) -> None:
    for algorithm, kind in ((TokenBucket, "bucket"), (SlidingWindowCounter, "counter"), (FixedWindow, "window")):
        report = rate_limiter.check(factory_of(algorithm, kind, redis), kind="log")
        assert WINDOW in report.failed and "keep the times" in hint_of(report, WINDOW), str(report)


def test_a_fixed_window_sold_as_a_bucket_is_found_out() -> None:
    report = rate_limiter.check(factory_of(FixedWindow, "window", connect("fakeredis://")), kind="bucket")
    assert EDGE in report.failed and TOKEN in report.failed


PUBLISHED = [
    (wrong.PublishedB, "log", {INSTANT, SKEW, THREADS}),
    (wrong.PublishedCWindow, "log", {THREADS}),
    (wrong.PublishedCMended, "bucket", {RESTS, THREADS}),
    (wrong.PublishedE, "bucket", {BOUND, EDGE, TOKEN, ONCE, SKEW, THREADS}),
]


def judge_published(code: Any, kind: str) -> rate_limiter.Report:
    with travelling() as clock:
        redis = connect("fakeredis://")
        stored = lambda: len(redis.keys())  # noqa: E731
        make = lambda capacity, per_s, injected: code(redis, capacity, per_s, injected)  # noqa: E731
        return rate_limiter.check(make, kind=kind, offers={"shared"}, clock=clock, stored=stored)


@pytest.mark.parametrize(("code", "kind", "laws"), PUBLISHED, ids=[case[0].__name__ for case in PUBLISHED])
def test_the_published_codes_break_these_laws(code: Any, kind: str, laws: set[str]) -> None:
    report = judge_published(code, kind)
    assert set(report.failed) == laws, str(report)
    assert "Lua script" in hint_of(report, THREADS)


def test_the_double_charge_of_c_is_found_as_a_key_that_never_has_its_capacity() -> None:
    report = judge_published(wrong.PublishedC, "bucket")
    assert set(report.failed) - {THREADS} == {FRESH, INSTANT, TOKEN, ONCE, STARVE, IDLE, KEYS, REFUSED, RESTS}, str(report)
    assert "refuse beyond the capacity" in hint_of(report, FRESH)


def limits_on(redis: Any, strategy: str) -> Callable[[int, float, Any], Any]:
    limits = pytest.importorskip("limits")
    storage = limits.storage.RedisStorage("redis://unused", connection_pool=redis.connection_pool)
    return lambda capacity, per_s, clock: peers.Limits(storage, strategy, capacity, per_s)


def throttled_on(redis: Any, algorithm: str) -> Callable[[int, float, Any], Any]:
    throttled = pytest.importorskip("throttled")
    store = throttled.RedisStore(server="redis://unused")
    store._backend._client = redis
    return lambda capacity, per_s, clock: peers.Throttled(store, algorithm, capacity, per_s)


def pyrate_on(redis: Any, _: str) -> Callable[[int, float, Any], Any]:
    pytest.importorskip("pyrate_limiter")
    return lambda capacity, per_s, clock: peers.Pyrate(redis, capacity, per_s, clock)


TELLS = {"cost", "remaining", "retry_after", "reset_after", "subsecond"}
PEERS = [
    (limits_on, "fixed-window", "window", {"cost"}, {REFUSED, ABOVE}),
    (limits_on, "moving-window", "log", {"cost"}, set()),
    (limits_on, "sliding-window-counter", "counter", {"cost"}, set()),
    (throttled_on, "gcra", "bucket", TELLS, set()),
    (throttled_on, "token_bucket", "bucket", TELLS, {BOUND, EDGE, TOKEN, RETRY, SMALL}),
    (pyrate_on, "log", "log", {"cost", "shared", "subsecond"}, {EXPIRES, SKEW}),
]


@pytest.mark.parametrize(("adapter", "algorithm", "kind", "offers", "laws"), PEERS, ids=[f"{c[0].__name__[:-3]}-{c[1]}" for c in PEERS])
def test_the_contract_judges_libraries_and_finds_these_flaws(
    adapter: Any, algorithm: str, kind: str, offers: set[str], laws: set[str]
) -> None:
    with travelling() as clock:
        redis = connect("fakeredis://")
        factory = adapter(redis, algorithm)
        report = rate_limiter.check(factory, kind=kind, offers=offers, clock=clock, stored=lambda: len(redis.keys()))
    assert set(report.failed) == laws, str(report)


def test_code_that_raises_or_answers_nonsense_is_a_failure_and_never_a_crash() -> None:
    class Nothing(wrong.Sound):
        def acquire(self, key: str, cost: int = 1, peek: bool = False) -> Any:
            return None

    class Explodes(wrong.Sound):
        def acquire(self, key: str, cost: int = 1, peek: bool = False) -> Any:
            raise ZeroDivisionError("1 / 0")

    assert "Return the decision" in hint_of(judge(Nothing), FRESH)
    report = judge(Explodes)
    assert FRESH in report.failed and any("ZeroDivisionError" in failure.got for failure in report.failures)


def test_laws_about_what_is_not_offered_are_left_out() -> None:
    report = judge(wrong.IgnoresTheCost, offers={"remaining"})
    assert COST not in report.passed + report.failed and REMAINING in report.passed
    assert not {LOOK, RETRY, RESET, CHECKED, SMALL, SKEW} & set(report.passed + report.failed)


def test_a_kind_or_an_offer_that_there_is_not_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="kind must be one of bucket, log, counter, window, not 'leaky'"):
        judge(wrong.Sound, kind="leaky")
    with pytest.raises(InvalidInput, match="offers"):
        judge(wrong.Sound, offers={"speed"})
