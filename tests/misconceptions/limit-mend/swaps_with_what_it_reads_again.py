"""two servers never sell one token twice"""

import json
from typing import Any


class MendedLimit:
    """Design E's limiter, mended. Copy the code from above, and mend it. `clock.now_ns()`: this server's clock, ns since 1970."""

    def __init__(self, store: Any, clock: Any) -> None:
        self.store, self.clock = store, clock

    def acquire(self, key: str) -> bool:
        """True if this call of `key` is admitted. Several servers call at the same time, and their clocks differ."""
        while True:
            text = self.store.get(key)
            tokens, since_ms = self.refilled(text)
            if tokens < 1:
                return False
            kept = json.dumps({"tokens": tokens - 1, "last_refill": since_ms})
            if self.store.swap(key, self.store.get(key), kept, limit_mend.interval_s):
                return True

    def refilled(self, text):
        """Tokens now, and when the running step began."""
        now_ms = self.clock.now_ns() // 1_000_000
        if text is None:
            return limit_mend.limit, now_ms
        data = json.loads(text)
        step_ms = limit_mend.step_s * 1000
        steps = max(0, (now_ms - data["last_refill"]) // step_ms)
        tokens = data["tokens"] + steps * limit_mend.batch
        if tokens >= limit_mend.limit:
            return limit_mend.limit, now_ms
        return tokens, data["last_refill"] + steps * step_ms
