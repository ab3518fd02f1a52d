"""wait until the clock shows the next millisecond"""

import threading


class MendedIds:
    def __init__(self, machine_id, clock):
        if not 0 <= machine_id <= 1023:
            raise ValueError("machine_id is out of range")
        self.machine_id, self.clock = machine_id, clock
        self.sequence, self.last_ms = 0, 0
        self.lock = threading.Lock()

    def next_id(self):
        with self.lock:
            now_ms = self.clock.now_ns() // 1_000_000
            if now_ms < self.last_ms - snowflake_mend.lead_ms:
                raise RuntimeError("the clock is behind")
            now_ms = max(now_ms, self.last_ms)
            self.sequence = (self.sequence + 1) & 4095 if now_ms == self.last_ms else 0
            if now_ms == self.last_ms and self.sequence == 0:
                now_ms = self.last_ms + 1
            if not snowflake_mend.epoch_ms <= now_ms < snowflake_mend.epoch_ms + 2**41:
                raise RuntimeError("the time does not fit")
            self.last_ms = now_ms
            return (now_ms - snowflake_mend.epoch_ms) << 22 | self.machine_id << 12 | self.sequence
