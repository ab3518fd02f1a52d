"""Ten million ids from 8 threads and 4 processes, each with a leased worker id, on a real redis-server: none twice."""

from __future__ import annotations

import subprocess
import sys
import uuid

import numpy as np
import pytest

from reference.twitter.backend import connect
from reference.twitter.ids import TWITTER

pytestmark = pytest.mark.slow

PROCESSES, THREADS, IDS = 4, 8, 10_000_000

# Half of the threads of a process share one generator, the others have one each; every thread mixes single ids and batches.
PROCESS = """
import sys, threading
import numpy as np
from reference.twitter.backend import connect
from reference.twitter.ids import SnowflakeGenerator
url, namespace, path, threads, per_thread = *sys.argv[1:4], *map(int, sys.argv[4:])
redis, made = connect(url), [None] * threads
def lease():
    return SnowflakeGenerator.leased(redis, namespace, ttl_ms=3000, lease_again=True)
def work(i, ids):
    singles = np.array([ids.next_id() for _ in range(per_thread // 5)], dtype=np.int64)
    batches = [ids.batch(n) for n in (per_thread // 5, per_thread // 5, per_thread - 3 * (per_thread // 5))]
    made[i] = np.concatenate([singles, *batches])
    assert (np.diff(made[i]) > 0).all()
shared = lease()
workers = [threading.Thread(target=work, args=(i, shared if i % 2 else lease())) for i in range(threads)]
[worker.start() for worker in workers]
[worker.join() for worker in workers]
np.save(path, np.concatenate(made))
"""


def test_ten_million_ids_from_threads_and_processes_hold_no_duplicate(redis_url: str, tmp_path) -> None:
    namespace = f"scale-{uuid.uuid4().hex[:8]}"
    per_thread = -(-IDS // (PROCESSES * THREADS))
    paths = [tmp_path / f"{i}.npy" for i in range(PROCESSES)]
    arguments = [redis_url, namespace]
    running = [subprocess.Popen([sys.executable, "-c", PROCESS, *arguments, str(path), str(THREADS), str(per_thread)]) for path in paths]
    try:
        assert [process.wait(120) for process in running] == [0] * PROCESSES
    finally:
        for process in running:
            process.kill()
    ids = np.concatenate([np.load(path) for path in paths])
    assert ids.size >= IDS
    assert np.unique(ids).size == ids.size
    workers = np.unique(ids >> TWITTER.worker_shift & TWITTER.max_worker_id)
    assert workers.size >= PROCESSES * (THREADS // 2 + 1)
    redis = connect(redis_url)
    assert all(redis.exists(f"{namespace}:worker:{{{worker}}}:until") for worker in workers.tolist())
