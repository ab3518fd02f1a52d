"""A dataset in the store of record: everything arrives, nothing arrives twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from reference.lab import workload
from reference.twitter.clock import ManualClock
from reference.twitter.dataset import dataset_folder, last_reads, load_into
from reference.twitter.errors import Conflict, InvalidInput
from reference.twitter.fanout import Tiered
from reference.twitter.platform import Platform
from reference.twitter.store import Store

NOW_S = 1_900_000_000


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets") / "village"
    workload.save(workload.generate(300, seed=5), folder)
    return folder


@pytest.fixture
def app(village: Path) -> Iterator[Platform]:
    with Platform.from_dataset(village, redis_url="fakeredis://", clock=ManualClock(NOW_S), fanout=Tiered(1000)) as platform:
        yield platform


def rows(folder: Path, question: str) -> list[tuple]:
    return duckdb.connect().execute(question.replace("$", f"{folder}/")).fetchall()


def test_the_shipped_dataset_opens_as_a_platform():
    with Platform.from_dataset("small", redis_url="fakeredis://", clock=ManualClock(NOW_S)) as app:
        follows = rows(dataset_folder("small"), "SELECT follower_id, count(*) FROM '$follows.parquet' GROUP BY ALL ORDER BY 2 DESC LIMIT 1")
        reader, followees = follows[0]
        assert app.graph.counts(reader)[1] == followees
        page = app.timelines.home(reader)
        assert len(page.items) == 20 and page.next_cursor


def test_users_follows_and_tweets_arrive_completely(app: Platform, village: Path):
    for user, name, verified in rows(village, "SELECT id, username, verified FROM '$users.parquet' LIMIT 20"):
        stored = app.accounts.get(user)
        assert (stored.username, stored.verified) == (name, verified)
    for author, count in rows(village, "SELECT followee_id, count(*) FROM '$follows.parquet' GROUP BY ALL ORDER BY ALL LIMIT 20"):
        assert app.graph.counts(author)[0] == count
    assert app.tweet_store.count() == rows(village, "SELECT count(*) FROM '$tweets.parquet'")[0][0]


def test_home_timelines_show_the_datasets_tweets_newest_first(app: Platform, village: Path):
    reader = rows(village, "SELECT follower_id FROM '$follows.parquet' GROUP BY ALL ORDER BY count(*) DESC, 1 LIMIT 1")[0][0]
    question = f"SELECT id FROM '$tweets.parquet' WHERE author_id = {reader} OR author_id IN"
    question += f" (SELECT followee_id FROM '$follows.parquet' WHERE follower_id = {reader}) ORDER BY id DESC LIMIT 20"
    assert [tweet.id for tweet in app.timelines.home(reader).items] == [tweet for (tweet,) in rows(village, question)]


def test_new_tweets_come_above_those_of_the_dataset(app: Platform, village: Path):
    author, reader = rows(village, "SELECT followee_id, follower_id FROM '$follows.parquet' LIMIT 1")[0]
    app.timelines.warm([reader])
    tweet = app.tweets.post(author, "after the dataset")
    app.drain()
    assert app.timelines.home(reader).items[0].id == tweet.id


def test_rates_are_those_of_the_users_table(app: Platform, village: Path):
    expected = rows(village, "SELECT id, tweets_per_day, reads_per_day FROM '$users.parquet'")
    ids = [row[0] for row in expected]
    assert app.registry.tweet_rates(ids) == {user: tweets for user, tweets, _ in expected}
    assert app.registry.read_rates(ids) == {user: reads for user, _, reads in expected}


def test_whoever_reads_in_the_dataset_is_active_today_and_nobody_else(app: Platform, village: Path):
    readers = {user for (user,) in rows(village, "SELECT DISTINCT user_id FROM '$reads.parquet'")}
    everybody = [user for (user,) in rows(village, "SELECT id FROM '$users.parquet'")]
    active = app.activity.active(everybody)
    assert {user for user in everybody if active[user]} == readers and len(readers) < len(everybody)


def test_last_reads_keep_their_distances_and_end_now(village: Path):
    shifted = last_reads(village, 1_000_000)
    latest = dict(rows(village, "SELECT user_id, max(at_ms) FROM '$reads.parquet' GROUP BY ALL"))
    assert max(shifted.values()) == 1_000_000
    assert {user: at_ms - max(latest.values()) for user, at_ms in latest.items()} == {user: ms - 1_000_000 for user, ms in shifted.items()}


def test_loading_without_tweets_leaves_the_timelines_empty(village: Path):
    with Store.open(":memory:", namespace="quiet") as store:
        assert set(load_into(store, None, village, tweets=False)) == {"users", "follows"}
        with store.reading() as conn:
            assert conn.execute(store.tables.tweets.select().limit(1)).first() is None


def test_a_second_load_changes_nothing(village: Path):
    with Store.open(":memory:", namespace="twice") as store:
        first = load_into(store, None, village)
        assert first["users"] == 300 and first["follows"] > 0 and first["tweets"] > 0
        assert load_into(store, None, village) == {}


def test_a_store_with_other_users_is_refused(village: Path, tmp_path: Path):
    workload.save(workload.generate(100, seed=6), tmp_path / "others")
    with Store.open(":memory:", namespace="others") as store:
        load_into(store, None, tmp_path / "others")
        with pytest.raises(Conflict, match="other users already"):
            load_into(store, None, village)


@pytest.mark.parametrize("name", ["smal", "", "../small", Path("/nowhere")])
def test_an_unknown_dataset_is_named_with_those_that_exist(name: str | Path):
    with pytest.raises(InvalidInput, match=r"there is .*small"):
        dataset_folder(name)
