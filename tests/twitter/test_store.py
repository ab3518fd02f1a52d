"""Laws of the store of record: transactions, durability, namespaces, several processes, bulk loads; on every engine."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sqlalchemy import func, insert, select

from reference.twitter.errors import Conflict, InvalidInput, Unavailable, WriteCollision
from reference.twitter.schema import schema_name
from reference.twitter.store import Store
from tests import servers
from tests.twitter.stores import World, fresh_namespace, in_threads, world_on

WRITER = """
    import sys
    from reference.twitter.store import Store
    from tests.twitter.stores import world_on

    world = world_on(Store.open(sys.argv[1], sys.argv[2], partitions=4), first_id=int(sys.argv[3]))
    print("open", flush=True)
    for number in range(int(sys.argv[4])):
        print(world.post(number % 5).id, flush=True)
    sys.stdin.read()
"""


def start_writer(database: str, namespace: str, first_id: int, posts: int) -> subprocess.Popen[str]:
    """A process of its own that posts, says each id once it is acknowledged, then waits."""
    command = [sys.executable, "-c", textwrap.dedent(WRITER), database, namespace, str(first_id), str(posts)]
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=root)


def read_lines(process: subprocess.Popen[str], count: int, timeout_s: float = 60) -> list[str]:
    """The next `count` lines; the process is killed if they take longer."""
    assert process.stdout is not None
    alarm = threading.Timer(timeout_s, process.kill)
    alarm.start()
    try:
        lines = [line.strip() for line in itertools.islice(process.stdout, count)]
    finally:
        alarm.cancel()
    assert len(lines) == count, f"the writer said only {lines}"
    return lines


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def users_frame(count: int) -> pd.DataFrame:
    return pd.DataFrame({"id": np.arange(count), "username": [f"User{i}" for i in range(count)], "created_ms": 5})


# transactions


def test_an_exception_rolls_everything_back(any_world: World):
    tweet = any_world.post(1)
    with pytest.raises(ZeroDivisionError), any_world.store.transaction() as tx:
        any_world.tweets.mark_deleted(tx, tweet.id)
        raise ZeroDivisionError
    assert not any_world.tweets.get(tweet.id).deleted


def test_a_reader_sees_nothing_of_an_open_transaction_and_does_not_wait_for_it(any_world: World):
    tweet = any_world.post(1)
    with any_world.store.transaction() as tx:
        any_world.tweets.mark_deleted(tx, tweet.id)
        [seen] = in_threads(1, lambda _: any_world.tweets.get(tweet.id), timeout_s=20)
        assert not seen.deleted
    assert any_world.tweets.get(tweet.id).deleted


def test_transactions_of_one_thread_do_not_nest(world: World):
    with pytest.raises(InvalidInput, match="inside"), world.store.transaction(), world.store.transaction():
        pass
    world.post(1)
    assert world.tweets.count() == 1


def test_work_that_collides_is_run_again_until_it_does_not(world: World):
    attempts: list[int] = []

    def work(tx: Any) -> str:
        attempts.append(1)
        if len(attempts) < 3:
            raise WriteCollision("again")
        return "done"

    assert world.store.run(work) == "done"
    assert len(attempts) == 3


def test_an_error_that_is_no_collision_is_not_tried_again(world: World):
    attempts: list[int] = []

    def work(tx: Any) -> None:
        attempts.append(1)
        raise KeyError("mine")

    with pytest.raises(KeyError):
        world.store.run(work)
    assert len(attempts) == 1


def test_a_real_deadlock_is_resolved_by_running_one_side_again(postgres_url: str):
    with Store.open(postgres_url, fresh_namespace()) as store:
        world = world_on(store)
        first, second = world.post(1), world.post(1)
        both_hold_one = threading.Barrier(2)
        attempts: list[int] = []

        def work(index: int) -> None:
            def delete_both(tx: Any) -> None:
                attempts.append(index)
                order = (first, second) if index else (second, first)
                world.tweets.mark_deleted(tx, order[0].id)
                if len(attempts) <= 2:
                    both_hold_one.wait(20)
                world.tweets.mark_deleted(tx, order[1].id)

            store.run(delete_both)

        in_threads(2, work)
        assert len(attempts) >= 3, "one side ran again (on a busy machine the second round may collide, too)"
        assert world.tweets.get(first.id).deleted and world.tweets.get(second.id).deleted
        store.destroy()


def test_a_closed_store_says_so_and_can_be_closed_again(world: World):
    world.store.destroy()
    world.store.close()
    with pytest.raises(Unavailable, match="closed"):
        world.tweets.count()


# durability


def test_what_is_committed_is_there_after_reopening(durable_database: str):
    namespace = fresh_namespace()
    with Store.open(durable_database, namespace, partitions=4) as store:
        assert store.durable
        before = world_on(store)
        ada, bob = before.users(2)
        before.graph.follow(ada.id, bob.id)
        tweet = before.post(bob.id, "still here 👋")
        partition = before.outbox.waiting_partitions()[0]
        before.outbox.sequence(partition, 1)
    with Store.open(durable_database, namespace) as store:
        after = world_on(store, first_id=1 << 61)
        assert store.partitions == 4
        assert after.accounts.by_username("USER_0").id == ada.id
        assert after.graph.is_following(ada.id, bob.id)
        assert after.graph.counts(bob.id) == (1, 0)
        assert after.tweets.get(tweet.id) == tweet
        assert after.outbox.last_position(partition) == 1 and after.outbox.waiting() == 1
        after.post(bob.id)
        assert after.outbox.waiting() == 2
        store.destroy()


def test_a_store_in_memory_is_its_own_and_not_durable():
    with Store.open(None, "same") as one, Store.open(None, "same") as two:
        assert not one.durable
        world_on(one).post(1)
        assert world_on(two).tweets.count() == 0
        assert in_threads(2, lambda _: world_on(one).tweets.count()) == [1, 1]


def test_sigkill_loses_nothing_acknowledged_and_leaves_no_half_post(durable_database: str):
    namespace = fresh_namespace()
    writer = start_writer(durable_database, namespace, 1 << 60, posts=100_000)
    try:
        acknowledged = [int(line) for line in read_lines(writer, 41)[1:]]
    finally:
        end(writer)
    with Store.open(durable_database, namespace) as store:
        world = world_on(store, first_id=1 << 61)
        assert set(world.tweets.get_many(acknowledged)) == set(acknowledged)
        assert world.tweets.count() == world.outbox.waiting() >= 40
        world.post(1)
        events = 0
        for partition in world.outbox.waiting_partitions():
            events += world.outbox.sequence(partition, 100_000)
        assert events == world.tweets.count()
        store.destroy()


# several processes, threads and namespaces


def test_a_second_process_on_a_duckdb_file_is_told_of_postgresql(tmp_path: Path):
    database = str(tmp_path / "one.duckdb")
    writer = start_writer(database, "mine", 1 << 60, posts=1)
    try:
        read_lines(writer, 2)
        with pytest.raises(Unavailable, match=r"another process holds .*PostgreSQL"):
            Store.open(database, "mine")
    finally:
        end(writer)
    with Store.open(database, "mine") as store:
        assert world_on(store).tweets.count() == 1


def test_two_processes_write_to_one_postgresql_at_once(postgres_url: str):
    namespace = fresh_namespace()
    writers = [start_writer(postgres_url, namespace, first, posts=30) for first in (1 << 60, 1 << 61)]
    try:
        for writer in writers:
            read_lines(writer, 31)
    finally:
        for writer in writers:
            end(writer)
    with Store.open(postgres_url, namespace) as store:
        world = world_on(store)
        assert world.tweets.count() == 60
        for partition in world.outbox.waiting_partitions():
            count = world.outbox.sequence(partition)
            assert [event.position for event in world.outbox.read(partition, 0)] == list(range(1, count + 1))
        store.destroy()


def test_eight_threads_open_one_new_namespace_at_once(durable_database: str):
    namespace = fresh_namespace()
    stores = in_threads(8, lambda _: Store.open(durable_database, namespace, partitions=3))
    in_threads(8, lambda index: world_on(stores[index], first_id=(1 << 60) + index * 1000).post(1))
    assert world_on(stores[0]).tweets.count() == 8
    with stores[0].reading() as conn:
        assert conn.execute(select(func.count()).select_from(stores[0].tables.partitions)).scalar() == 3
    for store in stores[1:]:
        store.close()
    stores[0].destroy()


def test_stores_of_one_duckdb_file_in_one_process_take_turns(tmp_path: Path):
    database = str(tmp_path / "shared.duckdb")
    with Store.open(database, "one") as one, Store.open(database, "one") as two:
        star, *fans = (user.id for user in world_on(one).users(17))
        graphs = [world_on(one).graph, world_on(two).graph]
        in_threads(4, lambda index: [graphs[index % 2].follow(fan, star) for fan in fans[index::4]])
        assert graphs[0].counts(star) == graphs[1].counts(star) == (16, 0)


def test_namespaces_share_nothing_and_destroy_takes_away_only_its_own(durable_database: str):
    names = [fresh_namespace(), fresh_namespace() + "-B", fresh_namespace() + "-b"]
    stores = [Store.open(durable_database, name) for name in names]
    for index, store in enumerate(stores):
        for _ in range(index + 1):
            world_on(store, first_id=1000 + index * 100 + world_on(store).tweets.count()).post(1)
    assert [world_on(store).tweets.count() for store in stores] == [1, 2, 3]
    stores[1].destroy()
    assert [world_on(store).tweets.count() for store in (stores[0], stores[2])] == [1, 3]
    with Store.open(durable_database, names[1]) as again:
        assert world_on(again).tweets.count() == 0
        again.destroy()
    stores[0].destroy()
    stores[2].destroy()


def test_destroy_leaves_a_foreign_table_alone(postgres_url: str):
    with Store.open(postgres_url, "public") as store:
        assert store.tables.schema == "tw_public"
        with store.transaction() as tx:
            tx.exec_driver_sql("CREATE TABLE IF NOT EXISTS public.not_ours (id int)")
        store.destroy()
    with Store.open(postgres_url, "public") as store:
        with store.transaction() as tx:
            assert tx.exec_driver_sql("SELECT count(*) FROM public.not_ours").scalar() == 0
            tx.exec_driver_sql("DROP TABLE public.not_ours")
        store.destroy()


@pytest.mark.parametrize("namespace", ["", "a b", 'a"b', "ü", "a.b", "x" * 61, "X" * 31, None, "a\n"])
def test_a_namespace_outside_the_rule_is_refused(namespace):
    with pytest.raises(InvalidInput, match="namespace"):
        Store.open(None, namespace)


def test_no_two_namespaces_share_a_schema_even_where_case_is_ignored():
    names = ["a", "A", "a_", "a-", "_a", "AA", "Aa", "aA", "aa", "-"]
    assert len({schema_name(name).casefold() for name in names}) == len(names)


def test_the_number_of_partitions_is_fixed_at_creation(durable_database: str):
    namespace = fresh_namespace()
    Store.open(durable_database, namespace, partitions=3).close()
    for partitions in (None, 3):
        with Store.open(durable_database, namespace, partitions) as store:
            assert store.partitions == 3
    with pytest.raises(Conflict, match=r"created with 3 partitions.* 8 "):
        Store.open(durable_database, namespace, 8)
    Store.open(durable_database, namespace).destroy()
    with Store.open(durable_database, namespace) as store:
        assert store.partitions == 8
        store.destroy()


@pytest.mark.parametrize("partitions", [0, -1, 1025, "8", 1.5])
def test_a_number_of_partitions_outside_the_range_is_refused(partitions):
    with pytest.raises(InvalidInput, match="partitions"):
        Store.open(None, "n", partitions)


# where the database is


def test_the_environment_names_the_database_when_the_caller_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", f"duckdb:///{tmp_path}/from_env.duckdb")
    with Store.open() as store:
        assert store.durable and store.engine_name == "duckdb"
    assert (tmp_path / "from_env.duckdb").exists()


def test_a_database_that_cannot_be_reached_is_unavailable(tmp_path: Path):
    with pytest.raises(Unavailable, match="does not answer"):
        Store.open(f"postgresql://nobody@127.0.0.1:{servers.free_port()}/none?connect_timeout=3")
    with pytest.raises(Unavailable, match="cannot open"):
        Store.open(tmp_path / "no" / "such" / "folder.duckdb")
    with pytest.raises(InvalidInput, match="'mysql'"):
        Store.open("mysql://localhost/x")


def test_a_file_that_is_no_database_is_unavailable_and_untouched(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_text("dear diary " * 1000)
    with pytest.raises(Unavailable, match="cannot open"):
        Store.open(path)
    assert path.read_text() == "dear diary " * 1000


# bulk loads


def as_pandas(frame: pd.DataFrame, folder: Path) -> Any:
    return frame


def as_anything_with_to_arrow(frame: pd.DataFrame, folder: Path) -> Any:
    return SimpleNamespace(to_arrow=lambda: pa.Table.from_pandas(frame, preserve_index=False))  # polars frames offer it


def as_arrow(frame: pd.DataFrame, folder: Path) -> Any:
    return pa.Table.from_pandas(frame)


def as_parquet(frame: pd.DataFrame, folder: Path) -> Any:
    frame.to_parquet(folder / "frame.parquet", index=False)
    return folder / "frame.parquet"


@pytest.mark.parametrize("shape", [as_pandas, as_anything_with_to_arrow, as_arrow, as_parquet])
def test_a_frame_of_any_kind_loads_and_reads_back(world: World, shape, tmp_path: Path):
    assert world.store.bulk_load("users", shape(users_frame(3), tmp_path)) == 3
    tweets = pd.DataFrame({"id": [1, 2], "author_id": [0, 1], "text": ["漢字 👩🏽‍🚀 \\N \\", 'tab\t"quote"\nline'], "created_ms": [7, 8]})
    assert world.store.bulk_load("tweets", shape(tweets, tmp_path)) == 2
    user = world.accounts.by_username("uSER2")
    assert (user.id, user.username, user.display_name, user.verified) == (2, "User2", "User2", False)
    assert [tweet.text for tweet in world.tweets.get_many([1, 2]).values()] == tweets["text"].tolist()
    assert not world.tweets.get(1).deleted
    assert world.outbox.waiting() == 0


def test_a_bulk_load_of_follows_sets_the_counts_to_what_the_edges_say(world: World):
    rng = np.random.default_rng(5)
    edges = sorted({(int(a), int(b)) for a, b in rng.integers(0, 40, (600, 2)) if a != b})
    world.store.bulk_load("users", users_frame(40))
    frame = pd.DataFrame(edges, columns=["follower_id", "followee_id"]).assign(active=rng.random(len(edges)) < 0.8)
    assert world.store.bulk_load("follows", frame) == len(edges)
    active = frame[frame["active"]]
    for user in range(40):
        assert world.graph.counts(user) == ((active["followee_id"] == user).sum(), (active["follower_id"] == user).sum())
    a, b = map(int, active.iloc[0][["follower_id", "followee_id"]])
    assert world.graph.unfollow(a, b).version == 2


def test_a_key_that_is_there_already_loads_nothing(any_world: World):
    any_world.store.bulk_load("users", users_frame(3))
    more = pd.DataFrame({"id": [10, 2], "username": ["New", "Other"], "created_ms": 0})
    with pytest.raises(Conflict, match="users not loaded"):
        any_world.store.bulk_load("users", more)
    taken = pd.DataFrame({"id": [11], "username": ["USER1"], "created_ms": 0})
    with pytest.raises(Conflict, match="users not loaded"):
        any_world.store.bulk_load("users", taken)
    assert any_world.accounts.count() == 3
    assert any_world.accounts.register("new").username == "new"


def test_an_empty_frame_loads_nothing(world: World):
    assert world.store.bulk_load("users", users_frame(0)) == 0
    assert world.accounts.count() == 0


def test_a_frame_that_does_not_fit_is_refused_and_nothing_is_changed(world: World):
    good = users_frame(2)
    bad = {
        "no column nickname": good.assign(nickname="x"),
        "needs the column created_ms": good.drop(columns="created_ms"),
        "wrong type": good.assign(created_ms="yesterday"),
        "(?i)not.null": good.assign(username=["a", None], display_name="x", username_key="k"),
        "frame must be": [{"id": 1}],
    }
    for message, frame in bad.items():
        with pytest.raises(InvalidInput, match=message):
            world.store.bulk_load("users", frame)
    with pytest.raises(InvalidInput, match="users, follows, tweets"):
        world.store.bulk_load("outbox", good)
    assert world.accounts.count() == 0


# all together


def test_eight_threads_do_everything_at_once_and_nothing_is_lost(any_world: World):
    ids = [user.id for user in any_world.users(8)]

    def work(index: int) -> None:
        for i in range(5):
            any_world.accounts.register(f"w{index}_{i}")
            any_world.graph.follow(ids[index], ids[(index + i + 1) % 8])
            any_world.post(ids[index])
            for partition in any_world.outbox.waiting_partitions():
                any_world.outbox.sequence(partition, 5)

    in_threads(8, work)
    assert (any_world.accounts.count(), any_world.tweets.count()) == (48, 40)
    assert all(any_world.graph.counts(user) == (5, 5) for user in ids)
    sequenced = sum(any_world.outbox.last_position(partition) for partition in range(any_world.store.partitions))
    assert sequenced + any_world.outbox.waiting() == 80


def test_a_repeated_partition_row_cannot_exist(world: World):
    with pytest.raises(Exception, match=r"(?i)duplicate key"), world.store.transaction() as tx:
        tx.execute(insert(world.store.tables.partitions).values(partition=0))
