"""Laws of policies, of the limiter that composes them, and of what clients are told."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from reference.twitter.backend import connect
from reference.twitter.clock import ManualClock
from reference.twitter.errors import InvalidInput, RateLimited, Unavailable
from reference.twitter.ratelimit import Limit, Limiter, Policies
from reference.twitter.ratelimit.policies import ACTIONS, TIERS
from tests.servers import free_port

THREE = Policies(
    (
        Limit("tweet", 3, 60, tier="free"),
        Limit("tweet", 6, 60, tier="verified"),
        Limit("tweet", 9, 60, tier="api"),
        Limit("tweet", 5, 60, per="ip"),
        Limit("tweet", 8, 60, per="global"),
        Limit("login", 2, 60, per="ip", anonymous=True),
    )
)


@pytest.fixture
def limiter(redis: Any) -> Limiter:
    return Limiter(redis, THREE, clock=ManualClock(), namespace=f"test-{uuid.uuid4().hex[:8]}")


def remaining(limiter: Limiter, user: int, ip: str = "1.2.3.4", tier: str = "free") -> list[int]:
    return [decision.remaining for _, decision in limiter.check(user, "tweet", tier=tier, ip=ip, peek=True).answers]


def test_every_published_limit_is_in_the_table() -> None:
    """Read off the designs once more, by letter: (action, per, tier, amount, seconds)."""
    day, hour, quarter = 86_400, 3_600, 900
    published = {
        "A": {("tweet", "user", "any", 300, 3 * hour)},
        "B": {("tweet", "user", "any", 50, hour), ("follow", "user", "any", 100, day), ("like", "user", "any", 1000, day)},
        "C": {
            ("tweet", "user", "any", 100, hour),
            ("follow", "user", "any", 400, day),
            ("like", "user", "any", 1000, day),
            ("read", "user", "any", 1500, quarter),
            ("register", "ip", "any", 10, hour),
            ("login", "ip", "any", 20, hour),
            ("read", "ip", "any", 15, quarter),
        },
        "D": set(),
        "E": {
            ("tweet", "user", "free", 300, day),
            ("tweet", "user", "free", 50, day),
            ("tweet", "user", "verified", 300, day),
            ("tweet", "user", "api", 10_000, day),
            ("follow", "user", "free", 400, day),
            ("follow", "user", "verified", 1000, day),
            ("read", "user", "free", 1000, hour),
            ("read", "user", "verified", 5000, hour),
            ("read", "user", "api", 100_000, hour),
        },
    }
    for design, rows in published.items():
        found = Policies.load(design)
        assert {(row.action, row.per, row.tier, row.amount, row.window_s) for row in found} == rows
        assert len(found) == len(rows) and all(row.section for row in found)


def test_the_house_limits_every_action_for_every_tier() -> None:
    house = Policies.load()
    for action in ACTIONS:
        for tier in TIERS:
            limits = house.applying_to(action, tier, user=action != "register", ip=True)
            assert limits[-1].per == "global" and len(limits) >= 2
            assert len({limit.name for limit in limits}) == len(limits)
    assert len(Policies.load(None)) == sum(len(Policies.load(design)) for design in ("A", "B", "C", "D", "E", "house"))


def test_a_limit_knows_its_bucket_and_says_itself() -> None:
    limit = Limit("tweet", 300, 10_800)
    assert (limit.capacity, round(limit.refill_per_s, 4), str(limit)) == (300, 0.0278, "300 / 3 hour")
    assert Limit("tweet", 60, 3600, burst=10).capacity == 10 and str(Limit("like", 1000, 86_400)) == "1,000 / day"


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0},
        {"window_s": 0},
        {"window_s": 1.5},
        {"per": "city"},
        {"tier": "gold"},
        {"burst": 0},
        {"burst": 11},
        {"action": ""},
        {"x": 1},
    ],
)
def test_a_wrong_row_is_named_by_its_number(wrong: dict[str, Any]) -> None:
    row = {"action": "tweet", "amount": 10, "window_s": 60}
    with pytest.raises(InvalidInput, match="limit 2 of the table"):
        Policies.from_rows([row, row | wrong])


def test_an_unknown_design_action_or_tier_is_an_error(limiter: Limiter) -> None:
    for attempt in (
        lambda: Policies.load("F"),
        lambda: limiter.check(1, "dance"),
        lambda: limiter.check(1, "tweet", tier="gold"),
        lambda: limiter.check(None, "login"),
        lambda: limiter.check("", "tweet"),
        lambda: limiter.check(1, "tweet", ip=""),
        lambda: limiter.check(1, "tweet", cost=4),
        lambda: limiter.check(1, "tweet", cost=-1),
        lambda: Limiter(None, when_down="ajar"),  # type: ignore[arg-type]
        lambda: Limiter(None, namespace=""),
    ):
        with pytest.raises(InvalidInput):
            attempt()


def test_a_tier_that_a_design_forgot_is_an_error_and_not_a_free_pass() -> None:
    """Design E has no follows for tier api: its own code fails on `undefined`."""
    with pytest.raises(InvalidInput, match="no limit per user for tier 'api' of action 'follow'"):
        Policies.load("E").applying_to("follow", "api")


def test_all_limits_pay_or_none(limiter: Limiter) -> None:
    assert [bool(limiter.check(1, "tweet", ip="1.2.3.4")) for _ in range(4)] == [True, True, True, False]
    assert remaining(limiter, 1) == [0, 2, 5]  # the fourth took nothing from the address nor from the world
    assert [bool(limiter.check(2, "tweet", ip="1.2.3.4")) for _ in range(3)] == [True, True, False]
    assert remaining(limiter, 2) == [1, 0, 3]
    refused = limiter.check(2, "tweet", ip="1.2.3.4")
    assert [limit.per for limit in refused.refused_by] == ["ip"] and refused.retry_after_s == 12.0


def test_the_global_limit_binds_all_together(limiter: Limiter) -> None:
    assert sum(bool(limiter.check(user, "tweet", ip=f"10.0.0.{user}")) for user in range(20)) == 8


def test_tiers_have_their_own_limits_and_share_those_for_any(limiter: Limiter) -> None:
    assert sum(bool(limiter.check(1, "tweet", tier="verified")) for _ in range(9)) == 6
    assert remaining(limiter, 1) == [3, 5, 2] and remaining(limiter, 1, tier="verified") == [0, 5, 2]


def test_limits_for_strangers_do_not_bind_who_is_logged_in(limiter: Limiter) -> None:
    assert [bool(limiter.check(None, "login", ip="9.9.9.9")) for _ in range(3)] == [True, True, False]
    with pytest.raises(InvalidInput, match="say who calls"):
        limiter.check(7, "login", ip="9.9.9.9")


def test_a_refused_call_succeeds_after_the_wait_that_it_was_told(limiter: Limiter) -> None:
    for _ in range(3):
        limiter.check(1, "tweet", ip="1.2.3.4")
    wait_s = limiter.check(1, "tweet", ip="1.2.3.4", cost=2).retry_after_s
    assert wait_s == 40.0
    limiter.clock.advance(wait_s - 0.001)
    assert not limiter.check(1, "tweet", ip="1.2.3.4", cost=2)
    limiter.clock.advance(0.001)
    assert limiter.check(1, "tweet", ip="1.2.3.4", cost=2)


def test_clients_get_the_headers_that_they_know(limiter: Limiter) -> None:
    for _ in range(3):
        admitted = limiter.check(1, "tweet", ip="1.2.3.4")
    assert admitted.headers() == {
        "X-Rate-Limit-Limit": "3",
        "X-Rate-Limit-Remaining": "0",
        "X-Rate-Limit-Reset": "1700000060",
        "RateLimit-Policy": '"tweet-user-3-60s";q=3;w=60, "tweet-ip-5-60s";q=5;w=60',
        "RateLimit": '"tweet-user-3-60s";r=0;t=60, "tweet-ip-5-60s";r=2;t=36',
    }
    limiter.clock.advance(0.5)
    refused = limiter.check(1, "tweet", ip="1.2.3.4").headers()
    assert refused["Retry-After"] == "20" and refused["X-Rate-Limit-Reset"] == "1700000060"


def test_a_global_limit_is_told_only_when_it_refuses(limiter: Limiter) -> None:
    for user in range(8):
        assert "global" not in limiter.check(user, "tweet").headers()["RateLimit"]
    headers = limiter.check(99, "tweet").headers()
    assert headers["X-Rate-Limit-Limit"] == "8" and "tweet-global-8-60s" in headers["RateLimit"]


def test_require_raises_429_with_the_verdict(limiter: Limiter) -> None:
    for _ in range(3):
        assert limiter.require(1, "tweet")
    with pytest.raises(RateLimited, match=r"tweet is limited to 3 / min per user: try again in 20\.000 s") as caught:
        limiter.require(1, "tweet")
    assert caught.value.http_status == 429 and caught.value.verdict.headers()["Retry-After"] == "20"


def test_cost_zero_and_peek_take_nothing(limiter: Limiter) -> None:
    assert limiter.check(1, "tweet", cost=0) and limiter.check(1, "tweet", peek=True)
    assert remaining(limiter, 1) == [3, 5, 8] and not limiter.redis.keys(f"{limiter.namespace}:*")


def test_state_expires(limiter: Limiter) -> None:
    limiter.check(1, "tweet")
    assert all(0 < limiter.redis.pttl(key) < 700_000 for key in limiter.redis.keys(f"{limiter.namespace}:*"))


@pytest.mark.parametrize("choice", ["open", "closed"])
def test_when_redis_is_down_the_configured_choice_holds_and_is_counted(choice: Any) -> None:
    import redis as redis_py

    client = redis_py.Redis(port=free_port(), decode_responses=True)
    limiter = Limiter(client, THREE, when_down=choice)
    verdicts = [limiter.check(1, "tweet") for _ in range(3)]
    assert [bool(verdict) for verdict in verdicts] == [choice == "open"] * 3
    assert limiter.outages == 3 and all(verdict.outage and verdict.decision is None for verdict in verdicts)
    assert verdicts[0].headers() == ({} if choice == "open" else {"Retry-After": "1"})
    if choice == "open":
        assert limiter.require(1, "tweet").outage
    else:
        with pytest.raises(Unavailable, match="cannot be checked"):
            limiter.require(1, "tweet")


@pytest.mark.slow
def test_all_or_none_holds_on_a_cluster_too(cluster_url: str) -> None:
    limiter = Limiter(connect(cluster_url), THREE, clock=ManualClock(), namespace=f"test-{uuid.uuid4().hex[:8]}")
    assert [bool(limiter.check(1, "tweet", ip="1.2.3.4")) for _ in range(5)] == [True, True, True, False, False]
    assert remaining(limiter, 1) == [0, 2, 5]
    assert [decision.remaining for _, decision in limiter.check(1, "tweet", ip="1.2.3.4").answers] == [0, 2, 5]
