"""Read `clock.now_ns()`, of the clock that `__init__` was given"""

import threading
import time


class TweetIds:
    def __init__(self, worker_id, clock):
        if not 0 <= worker_id < 1 << snowflake_ids.worker_bits:
            raise ValueError("worker_id is out of range")
        self.worker_id, self.lock = worker_id, threading.Lock()
        self.last_ms, self.sequence = -1, 0

    def next_id(self):
        with self.lock:
            ms = time.time_ns() // 1_000_000
            if ms < self.last_ms:
                raise RuntimeError("the clock is behind")
            self.sequence = self.sequence + 1 if ms == self.last_ms else 0
            if self.sequence >> snowflake_ids.sequence_bits:
                self.sequence = 0
                while ms <= self.last_ms:
                    ms = time.time_ns() // 1_000_000
            self.last_ms = ms
            since = ms - snowflake_ids.epoch_ms
            return (since << snowflake_ids.sequence_bits | self.sequence) << snowflake_ids.worker_bits | self.worker_id
