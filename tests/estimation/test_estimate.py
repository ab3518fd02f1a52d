"""The estimate: golden values for design A recomputed by hand, laws of scale, and every row complete."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.estimation import Scenario, UnknownName, estimate
from reference.estimation.decisions import decisions
from reference.estimation.estimate import SKIP, definitions, prices
from reference.estimation.formulas import names
from reference.estimation.scenario import assumptions

A = estimate(Scenario.load("A"))
DAY = 24 * 60 * 60


# --- design A, recomputed by hand from its own inputs and the house's defaults ---


@pytest.mark.parametrize(
    ("row", "by_hand"),
    [
        ("tweets_avg", 500e6 / DAY),  # 5,787
        ("tweets_peak", 2 * 500e6 / DAY),
        ("timelines_avg", 200e6 * 10 / DAY),  # 23,148
        ("timelines_peak", 3 * 200e6 * 10 / DAY),
        ("tweets_read_avg", 200e6 * 10 * 20 / DAY),
        ("reads_per_write", 200e6 * 10 * 20 / 500e6),  # 80, not the 100 of A 2.3
        ("timelines_per_write", 200e6 * 10 / 500e6),  # 4
        ("deliveries_per_tweet", 200),
        ("deliveries_avg", 500e6 / DAY * 200),  # 1.16 M, which A never computes
        ("pulls_avg", 200e6 * 10 / DAY * 200),
        ("push_advantage", 4),
        ("downtime", (1 - A.scenario.slo / 100) * 30.4375 * 24 * 60),
    ],
)
def test_design_a_comes_out_as_by_hand(row: str, by_hand: float):
    assert A[row].value == pytest.approx(by_hand, rel=1e-9)


def test_the_rest_follows_from_the_assumptions_by_hand():
    s = A.scenario
    kept = s.tweets_per_day * s.retention * 365.25 * (1 + s.growth / 100 * s.retention / 2)
    stored = kept * s.tweet_bytes * s.replication / s.compression
    peak = s.tweets_per_day / DAY * s.follows_per_user * s.write_peak * s.active_share / 100 * (1 - s.celebrity_deliveries / 100)
    workers = math.ceil(peak / (s.worker_deliveries * s.utilisation / 100))
    entry = s.packed_entry_bytes if s.timeline_entries <= s.packed_entries else s.entry_bytes
    memory = (
        s.users * s.active_share / 100 * s.timeline_entries * entry + s.tweets_per_day * s.cached_tweet_days * s.response_bytes
    ) * s.memory_copies
    media_bits = (
        s.daily_users * s.timelines_per_user / DAY * s.read_peak * s.tweets_per_timeline * s.media_share / 100 * s.media_served_bytes * 8
    )
    one_region = (s.part_availability / 100) ** s.parts
    by_hand = {
        "tweet_store_bytes": stored,
        "media_store_bytes": kept * s.media_share / 100 * s.media_bytes * s.media_replication,
        "follow_store_bytes": 2 * s.users * s.follows_per_user * s.follow_bytes * s.replication / s.compression,
        "fanout_workers": workers,
        "largest_push": s.largest_following / (workers * s.worker_deliveries),
        "cache_nodes": math.ceil(memory / s.node_memory),
        "media_out": media_bits / 1e9,
        "in_flight": A["requests_peak"].value * s.request_time / 1_000,
        "api_servers": math.ceil(A["requests_peak"].value * s.request_cpu / 1_000 / (s.server_cores * s.utilisation / 100)),
        "serial_availability": one_region * 100,
        "parallel_availability": (1 - (1 - one_region) ** s.regions) * 100,
    }
    assert {name: A[name].value for name in by_hand} == pytest.approx(by_hand, rel=1e-6)


def test_the_bill_is_the_sum_of_its_parts():
    parts = [row.value for row in A if row.name in ("cost_servers", "cost_cache", "cost_rows", "cost_media", "cost_traffic")]
    assert A["cost_total"].value == pytest.approx(sum(parts)) and len(parts) == 5 and min(parts) > 0
    assert A["cost_media"].value == pytest.approx(A["media_store_bytes"].value / 1e9 * prices()["price_object_store"].magnitude)
    assert A["cost_per_user"].value == pytest.approx(A["cost_total"].value / A.scenario.daily_users)


# --- laws of scale ---

PEOPLE = ("users", "daily_users", "tweets_per_day")
SCALES_WITH_PEOPLE = {
    "tweets_avg", "tweets_peak", "timelines_avg", "timelines_peak", "tweets_read_avg", "likes_peak", "searches_peak", "follows_peak",
    "requests_avg", "requests_peak", "deliveries_avg", "pulls_avg", "deliveries_peak", "tweet_bytes_per_day", "media_bytes_per_day",
    "tweets_kept", "tweet_store_bytes", "index_store_bytes", "media_store_bytes", "follow_store_bytes", "like_store_bytes",
    "row_store_bytes", "hot_bytes", "timeline_ids_bytes", "timeline_cache_bytes", "tweet_cache_bytes", "cache_bytes", "ingest", "text_out",
    "media_out", "origin_out", "in_flight", "ranking_cores", "busy_cores", "error_budget", "cost_rows", "cost_media", "cost_traffic",
}  # fmt: skip
ROUNDED_UP = {
    "fanout_workers", "cache_nodes", "api_servers", "connections", "write_shards", "byte_shards", "shards", "cost_servers", "cost_cache",
    "cost_total", "cost_per_user", "budget_used", "largest_push", "celebrity_lateness",
}  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.floats(0.05, 8))
def test_twice_the_people_are_twice_of_what_scales_with_people_and_of_nothing_else(factor: float):
    before = estimate(A.scenario.but(ranking_cpu=1))
    after = estimate(before.scenario.but(**{name: getattr(before.scenario, name) * factor for name in PEOPLE}))
    grown = {row.name for row in before if after[row.name].value == pytest.approx(row.value * factor, rel=1e-9)}
    same = {row.name for row in before if after[row.name].value == pytest.approx(row.value, rel=1e-9)}
    if abs(factor - 1) > 1e-6:
        assert grown - ROUNDED_UP == SCALES_WITH_PEOPLE
        assert {row.name for row in before} - grown - same <= ROUNDED_UP
    for name in ("fanout_workers", "cache_nodes", "api_servers", "byte_shards"):
        assert abs(after[name].value - before[name].value * factor) <= 1 + factor


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["retention", "tweet_bytes", "replication"]), st.floats(1.1, 3))
def test_stored_tweets_are_a_product(name: str, factor: float):
    after = estimate(A.scenario.but(**{name: getattr(A.scenario, name) * factor}))
    assert after["tweet_store_bytes"].value == pytest.approx(A["tweet_store_bytes"].value * factor)


@pytest.mark.parametrize("name", assumptions())
def test_every_assumption_moves_something(name: str):
    about, value = assumptions()[name], getattr(A.scenario, name)
    other = value * 0.5 if value * 0.5 >= about["low"] and value else min(max(value * 2, 1.0), about["high"])
    if name == "daily_users" or name == "users":
        other = value * (0.5 if name == "daily_users" else 2)
    longer = {} if name == "timeline_entries" else {"timeline_entries": 800}  # beyond what Redis packs
    assert moves(A.scenario, {name: other}) or moves(A.scenario.but(**longer), {name: other})


def moves(scenario: Scenario, change: dict[str, float]) -> bool:
    before, after = estimate(scenario), estimate(scenario.but(**change))
    return any(after[row.name].value != row.value for row in before)


def test_a_short_timeline_is_packed_and_one_entry_more_is_not():
    short, long = (estimate(A.scenario.but(timeline_entries=entries)) for entries in (128, 129))
    assert short["entry_memory"].value == A.scenario.packed_entry_bytes and long["entry_memory"].value == A.scenario.entry_bytes
    assert long["timeline_cache_bytes"].value > 8 * short["timeline_cache_bytes"].value


def test_an_empty_service_has_an_estimate():
    tiny = Scenario(
        users=1, daily_users=1, tweets_per_day=1, timelines_per_user=0.01, likes_per_user=0, follows_per_user=0, largest_following=0
    )
    found = estimate(tiny.but(follows_per_user_day=0, searches_per_user=0, media_share=0, cached_tweet_days=0))
    assert all(row.value >= 0 for row in found)


# --- rows as data ---


@pytest.mark.parametrize("each", definitions(), ids=lambda each: each.name)
def test_every_row_is_complete(each):
    row = A[each.name]
    assert row.says and row.group and math.isfinite(row.value)
    assert each.name not in assumptions(), "a row and an assumption of one name"
    assert set(row.inputs) <= names(each.formula) and (row.inputs or each.name == "downtime")
    assert row.decision == SKIP or row.decision.startswith(decisions()[each.drives].asks)


def test_every_decision_has_a_row_that_drives_it_and_a_place_in_the_table():
    for name, decision in decisions().items():
        assert any(each.drives == name for each in definitions()), name
        assert decision.unit == A[decision.row].unit
        assert list(decision.limits()) == sorted(decision.limits()) and len(decision.bands) == len(decision.limits()) + 1
        for limit in decision.limits():
            assert decision.choose(limit * 0.999) != decision.choose(limit), "a limit is where the choice changes"


def test_only_rows_that_decide_something_are_live():
    assert {row.name for row in A.live()} == {each.name for each in definitions() if each.drives}
    assert 10 <= len(A.live()) < len(A) / 2


def test_a_row_that_there_is_not_is_named():
    with pytest.raises(UnknownName, match="no row 'tweets'"):
        A["tweets"]


def test_the_table_shows_in_text_html_and_pandas():
    assert "tweets_peak" in str(A) and "11,574" in str(A)
    assert A._repr_html_().count("<tr>") == len(A) + 1
    assert list(A.frame().columns) == ["quantity", "what it is", "value", "unit", "formula", "decision"]


# --- the command ---


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "reference.estimation", *arguments], capture_output=True, text=True, timeout=60)


def test_the_command_prints_the_estimate_of_a_design():
    done = run("A")
    assert done.returncode == 0 and "5,787" in done.stdout and "push on write" in done.stdout and "daily_users (A, 2.3)" in done.stdout


def test_the_command_names_the_designs_when_asked_for_another():
    done = run("Z")
    assert done.returncode == 2 and "known: A, B, C, D, E" in done.stderr and not done.stdout
