"""Credits step by step, keeps two numbers as text, and lets the key live a minute longer."""

from typing import Any


class MendedLimit:
    def __init__(self, store: Any, clock: Any) -> None:
        self.store, self.clock = store, clock

    def acquire(self, key: str) -> bool:
        step_ns = limit_mend.step_s * 1_000_000_000
        for _ in range(100):
            now_ns, text = self.clock.now_ns(), self.store.get(key)
            tokens, since_ns = map(int, text.split()) if text else (limit_mend.limit, now_ns)
            while now_ns - since_ns >= step_ns and tokens < limit_mend.limit:
                tokens, since_ns = tokens + limit_mend.batch, since_ns + step_ns
            if tokens >= limit_mend.limit:
                tokens, since_ns = limit_mend.limit, max(now_ns, since_ns)
            if tokens == 0:
                return False
            if self.store.swap(key, text, f"{tokens - 1} {since_ns}", limit_mend.interval_s + 60):
                return True
        return False
