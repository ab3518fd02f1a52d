"""Replays: the same timelines under every policy, and counts that follow from the follow graph alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import duckdb
import numpy as np
import pytest

from reference.lab import workload
from reference.lab.replay import ReplayResult, compare, replay, table
from reference.lab.tweet_slice import _costliest_run, choose_slice
from reference.twitter.errors import InvalidInput
from reference.twitter.fanout import FanoutOnRead, FanoutOnWrite, Hybrid, RateOptimal, Tiered

BUDGET, READERS = 800, 20


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets") / "village"
    workload.save(workload.generate(300, seed=5), folder)
    return folder


@pytest.fixture(scope="module")
def results(village: Path) -> dict[str, ReplayResult]:
    policies = {"push": FanoutOnWrite(), "pull": FanoutOnRead(), "hybrid": Hybrid(30), "tiered": Tiered(60, 20), "edge": RateOptimal()}
    return {name: replay(policy, village, BUDGET, READERS) for name, policy in policies.items()}


def test_every_policy_shows_every_reader_the_same(results: dict[str, ReplayResult]):
    assert len({result.digest for result in results.values()}) == 1
    assert all(result.tweets_seen > READERS for result in results.values())


def test_counts_are_the_same_each_time(results: dict[str, ReplayResult], village: Path):
    assert replay(RateOptimal(), village, BUDGET, READERS) == results["edge"]


def test_pure_push_delivers_once_to_each_follower(results: dict[str, ReplayResult], village: Path):
    part = choose_slice(village, BUDGET, READERS)
    followers = dict(duckdb.connect().execute(f"SELECT followee_id, count(*) FROM '{village}/follows.parquet' GROUP BY ALL").fetchall())
    fanouts = [followers.get(author, 0) for author, _text in part.tweets]
    push = results["push"]
    assert (push.deliveries, push.largest_fanout, push.posts) == (sum(fanouts), max(fanouts), len(fanouts))
    assert push.deliveries == part.push_deliveries


def test_pure_pull_delivers_nothing_and_reads_every_followee(results: dict[str, ReplayResult], village: Path):
    pull, part = results["pull"], choose_slice(village, BUDGET, READERS)
    question = f"SELECT count(*) FROM '{village}/follows.parquet' WHERE list_contains(?, follower_id)"
    followees = duckdb.connect().execute(question, [list(part.readers)]).fetchall()[0][0]
    assert (pull.deliveries, pull.largest_fanout) == (0, 0)
    assert pull.keys_per_read == pytest.approx((followees + READERS) / READERS)  # and one's own


def test_a_hybrid_delivers_what_ordinary_authors_tweet(results: dict[str, ReplayResult], village: Path):
    followers = dict(duckdb.connect().execute(f"SELECT followee_id, count(*) FROM '{village}/follows.parquet' GROUP BY ALL").fetchall())
    fanouts = [followers.get(author, 0) for author, _text in choose_slice(village, BUDGET, READERS).tweets]
    ordinary = [fanout for fanout in fanouts if fanout < 30]
    assert 0 < len(ordinary) < len(fanouts)
    assert (results["hybrid"].deliveries, results["hybrid"].largest_fanout) == (sum(ordinary), max(ordinary))


def test_push_reads_less_and_writes_more_than_pull(results: dict[str, ReplayResult]):
    push, pull, hybrid = results["push"], results["pull"], results["hybrid"]
    assert push.keys_per_read == 2 < hybrid.keys_per_read < pull.keys_per_read
    assert push.write.commands > hybrid.write.commands > pull.write.commands
    assert push.write.rows > hybrid.write.rows > pull.write.rows
    assert push.read.rows == pull.read.rows  # followees and tweets shown are the same


def test_active_timelines_alone_cost_fewer_deliveries_and_show_the_same(results: dict[str, ReplayResult], village: Path):
    active = replay(FanoutOnWrite(), village, BUDGET, READERS, live="active")
    assert 0 < active.deliveries < 0.6 * results["push"].deliveries
    assert active.digest == results["push"].digest


def test_the_slice_holds_the_most_followed_author_and_spends_the_budget(village: Path):
    question = f"SELECT max(n) FROM (SELECT count(*) n FROM '{village}/follows.parquet' f SEMI JOIN '{village}/tweets.parquet' t"
    most = duckdb.connect().execute(question + " ON t.author_id = f.followee_id GROUP BY followee_id)").fetchall()[0][0]
    for budget in (1, most + 10, 2000):
        part = choose_slice(village, budget, 5)
        assert budget <= part.push_deliveries < budget + most
        assert len(part.readers) == len(set(part.readers)) == 5 and set(part.readers) <= part.audience


def test_the_costliest_run_is_the_shortest():
    rng = np.random.default_rng(1)
    for _ in range(50):
        followers = rng.integers(0, 20, 30)
        budget = int(rng.integers(1, followers.sum()))
        runs = [(j - i, i, j) for i in range(30) for j in range(i + 1, 31) if followers[i:j].sum() >= budget]
        with_star = [run for run in runs if followers.max() in followers[run[1] : run[2]] and followers[run[1] : run[2] - 1].sum() < budget]
        first, beyond = _costliest_run(followers, budget)
        assert followers[first:beyond].sum() >= budget
        assert beyond - first == min(with_star or runs)[0]


def test_a_comparison_has_a_row_for_each_policy(results: dict[str, ReplayResult]):
    frame = table(list(results.values()))
    assert frame["deliveries"].tolist() == [result.deliveries for result in results.values()]
    assert frame["policy"].is_unique


def test_compare_runs_the_policies_side_by_side(village: Path):
    frame = compare([FanoutOnRead(), FanoutOnWrite()], village, 200, 5)
    assert frame["deliveries"].tolist()[0] == 0 < 200 <= frame["deliveries"].tolist()[1]


def test_compare_complains_when_timelines_differ(results: dict[str, ReplayResult], monkeypatch: pytest.MonkeyPatch):
    answers = iter([results["push"], dataclasses.replace(results["pull"], digest="another")])
    monkeypatch.setattr("reference.lab.replay.replay", lambda *_args, **_options: next(answers))
    with pytest.raises(AssertionError, match="do not serve the same timelines"):
        compare([FanoutOnWrite(), FanoutOnRead()])


@pytest.mark.parametrize("name", ["push", "edge"])
def test_a_real_redis_counts_as_fakeredis_does(name: str, results: dict[str, ReplayResult], village: Path, redis_url: str):
    assert replay(results[name].policy, village, BUDGET, READERS, redis_url=redis_url) == results[name]


IMPOSSIBLE = [{"delivery_budget": 0}, {"delivery_budget": 10**6}, {"readers": 0}, {"readers": 10**6}, {"live": "some"}]


@pytest.mark.parametrize("change", IMPOSSIBLE)
def test_what_cannot_be_replayed_is_refused(change: dict, village: Path):
    with pytest.raises(InvalidInput, match=next(iter(change))):
        replay(FanoutOnRead(), village, **change)
