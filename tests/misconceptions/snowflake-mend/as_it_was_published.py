"""a worker id out of range is refused"""

import threading


class MendedIds:
    def __init__(self, machine_id, clock):
        self.machine_id, self.clock = machine_id, clock
        self.sequence, self.last_ms = 0, 0
        self.lock = threading.Lock()

    def next_id(self):
        with self.lock:
            now_ms = self.clock.now_ns() // 1_000_000
            self.sequence = (self.sequence + 1) & 4095 if now_ms == self.last_ms else 0
            if now_ms == self.last_ms and self.sequence == 0:
                while now_ms <= self.last_ms:
                    self.clock.sleep(0.0001)
                    now_ms = self.clock.now_ns() // 1_000_000
            self.last_ms = now_ms
            return (now_ms - snowflake_mend.epoch_ms) << 22 | self.machine_id << 12 | self.sequence
