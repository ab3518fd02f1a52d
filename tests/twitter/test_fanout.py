"""Laws of fanout policies: pure decisions, recorded classes, and text that survives a round trip."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.twitter.backend import delete_namespace
from reference.twitter.errors import InvalidInput
from reference.twitter.fanout import (
    AuthorFacts,
    ClassRegistry,
    FanoutOnRead,
    FanoutOnWrite,
    Hybrid,
    RateOptimal,
    ReaderFacts,
    Route,
    Tiered,
    policy_from_text,
    policy_to_text,
)

POLICIES = [FanoutOnWrite(), FanoutOnRead(), Hybrid(7), Tiered(100, 10), Tiered(100), RateOptimal(2.0, 0.5)]


def route(policy, author: AuthorFacts, reader: ReaderFacts | None = None) -> Route:
    return policy.route(policy.classify(author), reader or ReaderFacts())


@given(st.integers(0, 10**9), st.booleans())
def test_pure_push_and_pure_pull_ask_for_nothing(followers: int, active: bool) -> None:
    author, reader = AuthorFacts(followers), ReaderFacts(active)
    assert route(FanoutOnWrite(), author, reader) is Route.PUSH
    assert route(FanoutOnRead(), author, reader) is Route.PULL


def test_a_hybrid_pulls_from_its_threshold_on() -> None:
    assert [route(Hybrid(10), AuthorFacts(n)) for n in (0, 9, 10, 11)] == [Route.PUSH, Route.PUSH, Route.PULL, Route.PULL]


def test_tiers_push_verified_authors_to_active_readers_only() -> None:
    policy, away = Tiered(celebrity_threshold=100, verified_threshold=10), ReaderFacts(active=False)
    authors = [AuthorFacts(9), AuthorFacts(9, verified=True), AuthorFacts(10), AuthorFacts(100), AuthorFacts(100, verified=True)]
    assert [route(policy, author) for author in authors] == [Route.PUSH, Route.PUSH, Route.PUSH, Route.PULL, Route.PULL]
    assert [route(policy, author, away) for author in authors] == [Route.PUSH, Route.DROP, Route.DROP, Route.PULL, Route.PULL]
    assert route(Tiered(100), AuthorFacts(99), away) is Route.PUSH  # without a threshold of its own only the badge counts


@given(reads=st.floats(0, 1e4), tweets=st.floats(0, 1e4), push=st.floats(0.001, 1e3), pull=st.floats(0.001, 1e3))
def test_the_rate_optimal_route_is_never_dearer_than_the_other(reads: float, tweets: float, push: float, pull: float) -> None:
    chosen = route(RateOptimal(push, pull), AuthorFacts(1, tweets_per_day=tweets), ReaderFacts(reads_per_day=reads))
    cost = {Route.PUSH: tweets * push, Route.PULL: reads * pull}
    assert cost[chosen] == min(cost.values())


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_a_policy_survives_being_written_down(policy) -> None:
    assert policy_from_text(policy_to_text(policy)) == policy


def test_short_forms_are_understood() -> None:
    assert policy_from_text("Hybrid:500") == Hybrid(500)
    assert policy_from_text("FanoutOnRead") == FanoutOnRead()


@pytest.mark.parametrize(
    "text", ["Hybryd", "Hybrid:many", "Hybrid:-1", "FanoutOnRead:5", '{"policy": "Hybrid", "threshold": 3}', "{broken", "{}", ""]
)
def test_text_that_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="fanout policy"):
        policy_from_text(text)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Hybrid(-1),
        lambda: Hybrid(1.5),  # type: ignore[arg-type]
        lambda: Tiered(10, verified_threshold=11),
        lambda: RateOptimal(0),
        lambda: RateOptimal(pull_cost=float("nan")),
        lambda: RateOptimal(push_cost=float("inf")),
    ],
)
def test_a_policy_out_of_range_is_refused(make) -> None:
    with pytest.raises(InvalidInput):
        make()


@pytest.fixture
def registry(redis):
    name = f"fanout-{secrets.token_hex(4)}"
    yield ClassRegistry(redis, name)
    delete_namespace(redis, name)


def test_the_first_record_of_a_class_stands_until_a_worker_changes_it(registry: ClassRegistry) -> None:
    assert registry.record_new({1: "push", 2: "pull"}) == {1: "push", 2: "pull"}
    assert registry.record_new({1: "pull", 3: "push"}) == {1: "push", 3: "push"}
    registry.record(1, "pull")
    assert registry.recorded([1, 2, 3, 4]) == {1: "pull", 2: "pull", 3: "push"}
    registry.clear()
    assert registry.recorded([1, 2]) == {} and registry.recorded([]) == {}


def test_rates_are_kept_exactly_and_unknown_ones_are_absent(registry: ClassRegistry) -> None:
    registry.set_rates({1: 0.1 + 0.2, 2: 0}, {})
    assert registry.tweet_rates([1, 2, 3]) == {1: 0.1 + 0.2, 2: 0.0}
    assert registry.read_rates([1]) == {} and registry.read_rates([]) == {}
