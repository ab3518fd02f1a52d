"""a large step back is an error"""

import threading


class TweetIds:
    def __init__(self, worker_id, clock):
        if not 0 <= worker_id < 1 << snowflake_ids.worker_bits:
            raise ValueError("worker_id is out of range")
        self.worker_id, self.clock = worker_id, clock
        self.last_ms, self.sequence = -1, 0
        self.lock = threading.Lock()

    def next_id(self):
        with self.lock:
            ms = self.clock.now_ns() // 1_000_000
            while ms < self.last_ms:
                self.clock.sleep(0.0001)
                ms = self.clock.now_ns() // 1_000_000
            self.sequence = self.sequence + 1 if ms == self.last_ms else 0
            if self.sequence >> snowflake_ids.sequence_bits:
                self.sequence = 0
                while ms <= self.last_ms:
                    self.clock.sleep(0.0001)
                    ms = self.clock.now_ns() // 1_000_000
            since = ms - snowflake_ids.epoch_ms
            if not 0 <= since < 1 << snowflake_ids.timestamp_bits:
                raise RuntimeError("the time does not fit")
            self.last_ms = ms
            return (since << snowflake_ids.sequence_bits | self.sequence) << snowflake_ids.worker_bits | self.worker_id
