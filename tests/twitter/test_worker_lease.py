"""Laws of leased worker ids: on fakeredis and on redis-server alike."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import uuid
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from reference.twitter.backend import connect, delete_namespace
from reference.twitter.clock import NS_PER_MS, ManualClock, SystemClock
from reference.twitter.errors import InvalidInput, LeaseLost, Unavailable
from reference.twitter.ids import TWITTER, SnowflakeGenerator, SnowflakeLayout, WorkerLease


@pytest.fixture
def namespace(redis: Any):
    name = f"ids-{uuid.uuid4().hex[:8]}"
    yield name
    delete_namespace(redis, name)


def take_away(redis: Any, lease: WorkerLease) -> None:
    """What expiry does, without waiting for it."""
    redis.delete(lease._keys(lease.worker_id)[0])


def test_live_holders_never_share_a_worker_id_and_the_last_one_too_many_is_told(redis: Any, namespace: str) -> None:
    layout = SnowflakeLayout(41, 3, 12)
    held = [SnowflakeGenerator.leased(redis, namespace, layout) for _ in range(8)]
    assert sorted(each.worker_id for each in held) == list(range(8))
    with pytest.raises(Unavailable, match="all 8 worker ids"):
        SnowflakeGenerator.leased(redis, namespace, layout)
    held[3].close()
    assert SnowflakeGenerator.leased(redis, namespace, layout).worker_id == held[3].worker_id


def test_a_free_worker_id_is_found_at_once_even_if_many_are_held(redis: Any, namespace: str) -> None:
    leases = [WorkerLease(redis, namespace) for _ in range(50)]
    assert len({lease.acquire() for lease in leases}) == 50
    tries: list[int] = []

    class Counting(WorkerLease):
        def _try(self, worker_id: int) -> bool:
            tries.append(worker_id)
            return super()._try(worker_id)

    Counting(redis, namespace).acquire()
    assert len(tries) == 1


def test_every_key_bears_the_namespace_and_those_of_a_worker_share_a_slot(redis: Any, namespace: str) -> None:
    lease = WorkerLease(redis, namespace)
    lease.acquire()
    keys = list(redis.scan_iter(match="*ids-*"))
    assert keys and all(key.startswith(f"{namespace}:") for key in keys)
    assert sum(f"{{{lease.worker_id}}}" in key for key in keys) == 3  # lease, fencing counter, ceiling
    assert delete_namespace(redis, namespace) == 4


def test_a_lost_lease_stops_single_ids_and_batches_until_there_is_a_new_one(redis: Any, namespace: str) -> None:
    clock = ManualClock()
    ids = SnowflakeGenerator.leased(redis, namespace, clock=clock, ttl_ms=10_000)
    before = ids.next_id()
    take_away(redis, ids.lease)
    clock.advance(5)
    for _ in range(3):
        for attempt in (ids.next_id, lambda: ids.batch(5), ids.lease.renew):
            with pytest.raises(LeaseLost):
                attempt()
    assert not ids.lease.held
    ids.lease.acquire()
    assert ids.next_id() > before
    assert TWITTER.decode(ids.next_id()).worker_id == ids.worker_id == ids.lease.worker_id


def test_a_lost_lease_stops_even_the_rest_of_the_current_millisecond(redis: Any, namespace: str) -> None:
    clock = ManualClock()
    ids = SnowflakeGenerator.leased(redis, namespace, clock=clock)
    ids.next_id()
    take_away(redis, ids.lease)
    clock.advance(20)
    with pytest.raises(LeaseLost):
        ids.next_id()
    clock.advance(-20)
    with pytest.raises(LeaseLost):
        ids.next_id()


def test_a_new_worker_id_is_used_from_the_next_millisecond_on_and_the_old_one_is_free(redis: Any, namespace: str) -> None:
    clock = ManualClock()
    ids = SnowflakeGenerator.leased(redis, namespace, clock=clock)
    old_worker, before = ids.worker_id, ids.next_id()
    old_key = ids.lease._keys(old_worker)[0]
    ids.lease.acquire()
    assert not redis.exists(old_key) and ids.lease.worker_id != old_worker
    clock.advance(-0.001)  # waited out to the old millisecond, which belongs to the old worker id
    after = ids.next_id()
    assert TWITTER.decode(after).worker_id == ids.worker_id == ids.lease.worker_id
    assert TWITTER.decode(after).unix_ms == TWITTER.decode(before).unix_ms + 1


def test_an_idle_process_may_ask_for_a_new_worker_id_instead_of_stopping(redis: Any, namespace: str) -> None:
    clock = ManualClock()
    ids = SnowflakeGenerator.leased(redis, namespace, clock=clock, lease_again=True)
    first_worker, made = ids.worker_id, [ids.next_id(), *ids.batch(10).tolist()]
    take_away(redis, ids.lease)
    clock.advance(3600)
    made += [ids.next_id(), *ids.batch(5000).tolist()]
    assert ids.worker_id != first_worker
    assert {TWITTER.decode(id).worker_id for id in made} == {first_worker, ids.worker_id}
    assert all(before < after for before, after in pairwise(made))


def test_the_lease_is_renewed_by_use_when_less_than_two_thirds_remain(redis: Any, namespace: str) -> None:
    clock = ManualClock()
    ids = SnowflakeGenerator.leased(redis, namespace, clock=clock, ttl_ms=9_000)
    ceilings = []
    for _ in range(12):
        clock.advance(1)
        ids.next_id()
        ceilings.append(ids.lease.until_ms)
        assert ids.lease.held and ids.lease.until_ms > clock.now_ns() // NS_PER_MS
    assert len(set(ceilings)) == 4  # the first, and one every three to four seconds
    assert int(redis.get(ids.lease._keys(ids.worker_id)[1])) == ceilings[-1]


def test_a_new_holder_begins_above_all_that_the_last_one_may_have_issued(redis: Any, namespace: str) -> None:
    """The last holder is paused between its check and its issue; the new one's clock is behind. No id repeats."""
    layout = SnowflakeLayout(41, 0, 12)  # one worker id: everybody has the same
    ahead, behind = ManualClock(1_700_000_030), ManualClock(1_700_000_000)
    old = SnowflakeGenerator.leased(redis, namespace, layout, ahead, ttl_ms=1000)
    old.next_id()
    take_away(redis, old.lease)
    with pytest.raises(Unavailable):  # the ceiling lies 31 s ahead of this clock
        SnowflakeGenerator.leased(redis, namespace, layout, behind)
    behind.advance(30.995)
    new = SnowflakeGenerator.leased(redis, namespace, layout, behind)
    late = [old.next_id() for _ in range(4095)]  # still inside the millisecond that was checked
    fresh = [new.next_id() for _ in range(5000)]
    assert max(late) < min(fresh)
    assert layout.decode(fresh[0]).unix_ms == new.lease.floor_ms == 1_700_000_031_000


def test_a_holder_that_stops_in_order_lets_the_next_begin_without_waiting(redis: Any, namespace: str) -> None:
    layout, clock = SnowflakeLayout(41, 0, 12), ManualClock()
    with SnowflakeGenerator.leased(redis, namespace, layout, clock, max_backwards_ms=0) as old:
        used = old.batch(5000).tolist()
    clock.advance(0.001)
    new = SnowflakeGenerator.leased(redis, namespace, layout, clock, max_backwards_ms=0)
    assert new.next_id() > used[-1]
    for attempt in (old.next_id, lambda: old.batch(2)):
        with pytest.raises(LeaseLost):
            attempt()
    old.close()
    assert new.lease.held and redis.get(new.lease._keys(0)[0])


def test_a_write_that_comes_too_late_cannot_lower_the_next_holders_ceiling(redis: Any, namespace: str) -> None:
    layout, clock = SnowflakeLayout(41, 0, 12), ManualClock()
    old = SnowflakeGenerator.leased(redis, namespace, layout, clock, ttl_ms=1000)
    take_away(redis, old.lease)
    clock.advance(2)
    new = SnowflakeGenerator.leased(redis, namespace, layout, clock, ttl_ms=60_000)
    old.close()
    assert int(redis.get(new.lease._keys(0)[1])) == new.lease.until_ms
    assert redis.get(new.lease._keys(0)[0])


def test_ids_go_on_while_redis_is_away_and_stop_when_the_lease_runs_out() -> None:
    clock, redis = ManualClock(), connect("fakeredis://")
    ids = SnowflakeGenerator.leased(redis, "away", clock=clock, ttl_ms=9_000)
    commands: list[Any] = []

    class Away:
        def execute_command(self, *args: Any) -> None:
            commands.append(args)
            raise ConnectionError("no route to host")

    ids.lease._lease.redis = Away()
    for _ in range(8):
        clock.advance(1)
        ids.batch(3)
    assert 1 <= len(commands) <= 8
    clock.advance(1)
    with pytest.raises(Unavailable, match="no route to host"):
        ids.next_id()
    ids.lease._lease.redis = redis
    assert ids.next_id() > 0


def test_eight_threads_with_leased_worker_ids_make_no_id_twice(redis: Any, namespace: str) -> None:
    made: list[np.ndarray] = []

    def work() -> None:
        with SnowflakeGenerator.leased(redis, namespace, ttl_ms=2000) as ids:
            singles = np.array([ids.next_id() for _ in range(1000)])
            made.extend([singles, ids.batch(9000)])

    threads = [threading.Thread(target=work, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    together = np.concatenate(made)
    assert together.size == 80_000 == np.unique(together).size


PROCESS = """
import sys, numpy as np
from reference.twitter.backend import connect
from reference.twitter.ids import SnowflakeGenerator
url, namespace, path = sys.argv[1:]
with SnowflakeGenerator.leased(connect(url), namespace) as ids:
    np.save(path, np.concatenate([[ids.next_id() for _ in range(5000)], ids.batch(45_000)]))
"""


def test_two_processes_with_leased_worker_ids_make_no_id_twice(redis_url: str, tmp_path: Any) -> None:
    namespace = f"ids-{uuid.uuid4().hex[:8]}"
    paths = [tmp_path / f"{i}.npy" for i in range(2)]
    running = [subprocess.Popen([sys.executable, "-c", PROCESS, redis_url, namespace, str(path)]) for path in paths]
    assert [process.wait(60) for process in running] == [0, 0]
    together = np.concatenate([np.load(path) for path in paths])
    assert together.size == 100_000 == np.unique(together).size
    delete_namespace(connect(redis_url), namespace)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only POSIX systems fork")
def test_a_forked_child_does_not_issue_ids_under_its_parents_lease() -> None:
    ids = SnowflakeGenerator.leased(connect("fakeredis://"), "fork")
    ids.next_id()
    pid = os.fork()
    if pid == 0:
        try:
            ids.next_id()
        except LeaseLost:
            os._exit(42)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 42
    assert ids.next_id() > 0


def test_a_lease_works_on_a_cluster(cluster_url: str) -> None:
    redis, namespace = connect(cluster_url), f"ids-{uuid.uuid4().hex[:8]}"
    held = [SnowflakeGenerator.leased(redis, namespace) for _ in range(5)]
    assert len({each.worker_id for each in held}) == 5
    for each in held:
        each.lease.renew()
        assert each.batch(10).size == 10
        each.close()
    redis.close()


def test_a_worker_id_that_is_not_the_leases_is_refused() -> None:
    redis = connect("fakeredis://")
    lease = WorkerLease(redis, "other", SystemClock())
    with pytest.raises(InvalidInput, match="worker_id"):
        SnowflakeGenerator(lease=lease)  # nothing acquired yet
    lease.acquire()
    with pytest.raises(InvalidInput, match="the lease's"):
        SnowflakeGenerator(lease.worker_id + 1, lease=lease)
    assert SnowflakeGenerator(lease=lease).worker_id == lease.worker_id


@pytest.mark.parametrize("options", [{"ttl_ms": 99}, {"ttl_ms": True}, {"worker_bits": -1}, {"max_wait_ms": -1}], ids=str)
def test_options_of_a_lease_out_of_range_are_refused(options: dict) -> None:
    with pytest.raises(InvalidInput, match=next(iter(options))):
        WorkerLease(None, "n", **options)
