"""elapsed time is credited once"""

import json
import math


class MendedLimit:
    """Design E, section 13, in our words."""

    def __init__(self, store, clock):
        self.store, self.clock = store, clock

    def acquire(self, key):
        now_ms = self.clock.now_ns() // 1_000_000
        text = self.store.get(key)
        tokens, last_refill = limit_mend.limit, now_ms
        if text:
            data = json.loads(text)
            elapsed_s = (now_ms - data["last_refill"]) / 1000
            refill = math.floor(elapsed_s / limit_mend.step_s) * limit_mend.batch
            tokens = min(data["tokens"] + refill, limit_mend.limit)
            last_refill = data["last_refill"]
        if tokens < 1:
            return False
        self.store.set(key, json.dumps({"tokens": tokens - 1, "last_refill": last_refill}), limit_mend.interval_s)
        return True
