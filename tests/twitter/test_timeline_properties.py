"""Push, pull and every hybrid serve the same timelines for the same history: random histories against a model of three lines."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reference.twitter.backend import connect
from reference.twitter.fanout import FanoutOnRead, FanoutOnWrite, FanoutPolicy, Hybrid, RateOptimal, Tiered
from tests.twitter.plain_twitter import PlainTwitter

USERS = 4
MONTH_S = 31 * 86_400
namespaces = itertools.count(1)

POLICIES: list[FanoutPolicy] = [
    FanoutOnWrite(),
    FanoutOnRead(),
    Hybrid(1),
    Hybrid(2),
    Hybrid(3),
    Tiered(celebrity_threshold=3, verified_threshold=1),
    Tiered(celebrity_threshold=2),
    RateOptimal(),
]
ACTIONS = {
    "follow": 8,
    "unfollow": 4,
    "post": 8,
    "burst": 1,
    "delete": 1,
    "step": 6,
    "read": 3,
    "settle": 4,
    "fame": 3,
    "oblivion": 3,
    "sleep": 1,
    "sweep": 1,
    "forget": 1,
    "again": 2,
    "verify": 1,
    "rate": 3,
}
action = st.sampled_from([name for name, weight in ACTIONS.items() for _ in range(weight)])
user = st.integers(1, USERS)
histories = st.lists(st.tuples(action, user, user), min_size=40, max_size=60)
shapes = st.tuples(st.sampled_from([1, 3, 6, 30]), st.sampled_from([0, 1, 3]))


def perform(app: PlainTwitter, name: str, a: int, b: int) -> None:
    match name:
        case "follow" | "unfollow":
            app.change(a, b, name == "follow")
        case "post" | "burst":
            for _ in range(1 if name == "post" else app.homes.cap + 2):
                app.post(a)
        case "delete":
            ids = list(app.store.tweets)
            app.store.deleted.update(ids[-b:][:1])
        case "step":
            app.step(a)
        case "read":
            read_in_the_middle(app, a, b)
        case "fame" | "oblivion":  # crossings, which single follows rarely make while anybody looks
            for fan in app.store.users:
                if name == "fame" or fan != b:
                    app.change(fan, a, name == "fame")
            app.drain()
            app.post(a)
        case "settle":
            settle(app, [app.homes.cap])
        case "sleep":
            app.clock.advance(MONTH_S)
        case "sweep":
            app.timelines.sweep(limit=2)
        case "forget":
            app.homes.drop([a])
            app.authors.drop([b])
        case "again":  # an event that was handled comes once more
            if app.handled:
                app.delivery.handle(app.handled[-min(b, len(app.handled))])
        case "verify":
            app.store.verified ^= {a}
        case "rate":
            app.delivery.set_rates({a: b / 2}, {b: a / 2})


def read_in_the_middle(app: PlainTwitter, reader: int, limit: int) -> None:
    """While events wait a page may lack tweets, but shows no wrong one, none twice, and always one's own."""
    ids = app.pages(reader, min(limit, app.homes.cap))
    visible = {reader, *app.store.followee_ids(reader)}
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) <= app.homes.cap and not app.store.deleted.intersection(ids)
    assert {app.store.tweets[tweet_id].author_id for tweet_id in ids} <= visible
    own = {tweet_id for tweet_id in app.model(reader) if app.store.tweets[tweet_id].author_id == reader}
    assert own <= set(ids)


def settle(app: PlainTwitter, limits: list[int]) -> None:
    """When no event waits everybody reads what the model says, at every page size."""
    app.drain()
    for reader in app.store.users:
        for limit in limits:
            assert app.pages(reader, limit) == app.model(reader), (reader, limit)


def check_history(redis: Any, policy: FanoutPolicy, history: list[tuple[str, int, int]], shape: tuple[int, int]) -> None:
    cap, slack = shape
    app = PlainTwitter(redis, f"h{next(namespaces)}", policy, USERS, cap, slack)
    for event in history:
        perform(app, *event)
    settle(app, sorted({1, min(3, cap), cap}))


@pytest.fixture(scope="module")
def fake():
    client = connect("fakeredis://")
    yield client
    client.close()


common = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@pytest.mark.parametrize("policy", POLICIES, ids=str)
@settings(max_examples=10, derandomize=True, **common)
@given(history=histories, shape=shapes)
def test_every_policy_serves_what_the_model_says(policy: FanoutPolicy, fake: Any, history, shape) -> None:
    check_history(fake, policy, history, shape)


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES, ids=str)
@settings(max_examples=100, **common)
@given(history=st.lists(st.tuples(action, user, user), min_size=40, max_size=120), shape=shapes)
def test_every_policy_serves_what_the_model_says_in_long_histories(policy: FanoutPolicy, fake: Any, history, shape) -> None:
    check_history(fake, policy, history, shape)
