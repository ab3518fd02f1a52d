"""Two servers that share a store, each with its clock, and the bucket that their limiter should be."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from reference.contracts import Broken
from reference.study.answers import plain
from reference.twitter.clock import ManualClock

MOST_READS = 1_000


class Store:
    """What the servers share: texts by key, with an expiry. `on_read` is called once, after the next `get`: another server's turn."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock, self.texts = clock, dict[str, tuple[str, int]]()
        self.on_read: Callable[[], Any] | None = None
        self.reads = 0

    def get(self, key: str) -> str | None:
        self.reads += 1
        if self.reads > MOST_READS:
            raise RuntimeError(f"the store was read {MOST_READS} times in one test")
        text = self._live(key)
        if self.on_read is not None:
            turn, self.on_read = self.on_read, None
            turn()
        return text

    def set(self, key: str, text: str, ttl_s: float) -> None:
        if not isinstance(text, str):
            raise TypeError(f"the store keeps text, not {type(text).__name__}: json.dumps")
        self.texts[key] = text, self.clock.now_ns() + round(ttl_s * 1e9)

    def swap(self, key: str, old: str | None, new: str, ttl_s: float) -> bool:
        if self._live(key) != old:
            return False
        self.set(key, new, ttl_s)
        return True

    def _live(self, key: str) -> str | None:
        text, ends_ns = self.texts.get(key, ("", 0))
        return text if self.clock.now_ns() < ends_ns else None


class Server:
    """A server's own clock, `off_s` seconds from the true one."""

    def __init__(self, true: ManualClock, off_s: float = 0) -> None:
        self.true, self.off_s = true, off_s

    def now_ns(self) -> int:
        return self.true.now_ns() + round(self.off_s * 1e9)

    def now(self) -> float:
        return self.now_ns() / 1e9


class World:
    """Two servers with the answer's limiter over one store, and what is right. The clock stands at the start of a step."""

    def __init__(self, answer: Any, v: SimpleNamespace) -> None:
        self.v, self.clock = v, ManualClock(1_768_219_200)
        self.store = Store(self.clock)
        self.here, self.there = Server(self.clock), Server(self.clock)
        self.one, self.other = answer(self.store, self.here), answer(self.store, self.there)
        self.tokens, self.since_s, self.now_s = v.limit, 0, 0
        self.story: list[str] = []

    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.now_s += seconds
        self.story.append(f"{seconds} s pass")

    def asks(self, server: Any = None, key: str = "ana") -> bool:
        self.store.reads = 0
        answer = plain((server or self.one).acquire(key))
        if answer not in (("bool", "True"), ("bool", "False")):
            raise Broken("True or False", repr(answer), given=self.given())
        return answer == ("bool", "True")

    def calls(self, count: int, hint: str | None = None, key: str = "ana") -> None:
        """So many calls at this moment; as many must be admitted as the model admits."""
        right, got = sum(self.right() for _ in range(count)), sum(self.asks(key=key) for _ in range(count))
        self.story.append(f"{count} call{'s' * (count > 1)}")
        if got != right:
            raise self.broken(f"{right} of the last {count} admitted", f"{got}", hint)

    def overtaken_by(self, count: int) -> tuple[bool, int]:
        """One call, while another server makes `count` between its first read and its write: (admitted, how many of the others)."""
        others: list[bool] = []
        self.store.on_read = lambda: others.extend(self.asks(self.other) for _ in range(count))
        first = self.asks()
        self.story.append(f"one server reads, another answers {count} call{'s' * (count > 1)}, and the first one goes on")
        return first, sum(others)

    def right(self) -> bool:
        """The model's answer to one call now."""
        steps = (self.now_s - self.since_s) // self.v.step_s
        self.tokens = min(self.v.limit, self.tokens + steps * self.v.batch)
        self.since_s = self.now_s if self.tokens == self.v.limit else self.since_s + steps * self.v.step_s
        self.tokens -= (admitted := self.tokens > 0)
        return admitted

    def given(self) -> str:
        shown = self.story if len(self.story) <= 9 else ["…", *self.story[-9:]]
        return f"{self.v.limit} tokens, {self.v.batch} come back every {self.v.step_s} s; a new client: {', '.join(shown)}"

    def broken(self, expected: str, got: str, hint: str | None = None) -> Broken:
        return Broken(expected, got, hint, self.given())
