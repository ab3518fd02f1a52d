"""A learner's Lua script on an embedded Redis of its own, in a time that is told to it, and the bucket that it should be."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from reference.contracts import Broken

HOUR_MS = 3_600_000
START_MS = 1_768_219_200_000
KEY = "limit:ana"
MOST_STEPS = 1_000_000
SHIELD = (
    "local python, os, io, package, require, load, loadstring, loadfile, dofile, getfenv, setfenv, _G = nil; "
    f"debug.sethook(function() error('more than {MOST_STEPS:,} steps: it does not end') end, '', {MOST_STEPS}); local debug = nil; "
)
"""Before the script, on its first line: what Redis has not either, and an end to endless loops."""

_PLACE = re.compile(r"\[string \"[^\"]*\"\]:(\d+): ([^\n]*)")
_GLOBAL = "Redis lets no script set a global variable, since the next script would see it: write `local` before it."
_TIME = "The script reads Redis's own clock. In production that is right; here the time is told, in ARGV[1], or an hour would take an hour."
_MOMENT = "The key expires at a moment of Redis's own clock, which does not follow ARGV[1]: it is gone at once. Expire by a span (PEXPIRE)."
_SYNTAX = "Lua cannot read this line. Not equal is `~=`; `if … then … else … end`; no `+=`, `!=`, `&&` or `None`."
_STOPPED = "Lua stopped there. What comes out of ARGV and GET is text or false: `tonumber`."


class Stage:
    """One script, one Redis, and the moment that callers tell it (`now_ms`)."""

    def __init__(self, script: Any, v: SimpleNamespace) -> None:
        import fakeredis

        if not isinstance(script, str):
            raise Broken("the source of a Lua script, as text", f"a {type(script).__name__}", "TAKE is a text: the script between quotes.")
        self.script, self.v, self.now_ms = script, v, START_MS
        self.redis = fakeredis.FakeRedis(server=fakeredis.FakeServer(), decode_responses=True)
        self.interval_ms = Fraction(HOUR_MS, v.per_hour)
        self.story: list[str] = []

    def take(self, cost: int = 1, urgent: bool = True, key: str = KEY) -> tuple[bool, int]:
        """One call of the script: (admitted, the wait that it told)."""
        kind = "urgent" if urgent else "ordinary"
        self.story.append(f"{kind}, cost {cost}, at {self.now_ms - START_MS:,} ms")
        reply = self._run(key, cost, kind)
        if not isinstance(reply, list) or len(reply) != 2 or reply[0] not in (0, 1) or not isinstance(reply[1], int):
            hint = "Redis cuts a Lua table at its first nil, makes 1 of true and nil of false: return two whole numbers."
            raise Broken("{1, 0} or {0, wait}", f"{reply!r}", hint, self.given())
        if reply[0] and reply[1]:
            raise Broken("{1, 0}: who is admitted waits for nothing", f"{{1, {reply[1]}}}", "Return {1, 0}.", self.given())
        return bool(reply[0]), reply[1]

    def _run(self, key: str, cost: int, kind: str) -> Any:
        try:
            return self.redis.eval(SHIELD + self.script, 1, key, str(self.now_ms), str(cost), kind)
        except Exception as error:  # what Redis answers to a script that fails, and what its numbers may do to fakeredis
            says = str(error)
            place = _PLACE.search(says)
            lines = self.script.splitlines()
            got = says.partition("\n")[0][:200]
            if place and int(place[1]) <= len(lines):
                got = f"line {place[1]} of the script, `{lines[int(place[1]) - 1].strip()}`: {place[2]}"
            hint = _GLOBAL if "global variable" in says else _SYNTAX if " near " in got else _STOPPED
            raise Broken("an answer of the script", got, hint, self.given()) from None

    def expect(self, admitted: bool, cost: int = 1, urgent: bool = True, hint: str | None = None, key: str = KEY) -> None:
        """The next call must be answered so, whatever the wait."""
        got, _ = self.take(cost, urgent, key)
        if got != admitted:
            raise Broken(_said(admitted), _said(got), self.by_another_clock() or hint, self.given())

    def by_another_clock(self) -> str | None:
        """What to tell a script that goes by Redis's own clock; None for one that goes by the time that it is told."""
        if re.search(r"EXPIREAT|['\"](PX|EX)AT['\"]", self.script, re.IGNORECASE):
            return _MOMENT
        asks = re.search(r"call\s*\(\s*['\"]time['\"]", self.script, re.IGNORECASE)
        return _TIME if asks and self.now_ms != START_MS else None

    def spend(self) -> None:
        """Take the whole capacity in one urgent call."""
        self.expect(True, self.v.capacity)

    def wait(self, intervals: float | Fraction, and_ms: int = 0) -> None:
        """Let so many intervals pass (whole ms, rounded up), and some ms more."""
        self.now_ms += math.ceil(intervals * self.interval_ms) + and_ms

    def given(self) -> str:
        shown = self.story if len(self.story) <= 5 else [f"{len(self.story) - 5} calls before", *self.story[-5:]]
        return (
            f"capacity {self.v.capacity}, {self.v.per_hour} an hour, reserve {self.v.reserve}; {' · '.join(shown)} (the last one is asked)"
        )


class Model:
    """The bucket in exact fractions."""

    def __init__(self, v: SimpleNamespace) -> None:
        self.v, self.tokens, self.at_ms = v, Fraction(v.capacity), START_MS
        self.interval_ms = Fraction(HOUR_MS, v.per_hour)

    def need(self, cost: int, urgent: bool) -> int:
        """Tokens that have to be there."""
        return cost + (0 if urgent else self.v.reserve)

    def refill(self, now_ms: int) -> None:
        self.tokens = min(Fraction(self.v.capacity), self.tokens + Fraction(now_ms - self.at_ms) / self.interval_ms)
        self.at_ms = now_ms

    def on_the_edge(self, cost: int, urgent: bool) -> bool:
        """Whether doubles may see it otherwise than fractions do."""
        missing = self.need(cost, urgent) - self.tokens
        return abs(missing) < Fraction(1, 10**6) and self.tokens < self.v.capacity

    def take(self, cost: int, urgent: bool) -> tuple[bool, Fraction]:
        """(admitted, exact wait in ms, -1 for never)."""
        need = self.need(cost, urgent)
        if self.tokens >= need:
            self.tokens -= cost
            return True, Fraction(0)
        return False, Fraction(-1) if need > self.v.capacity else (need - self.tokens) * self.interval_ms


def _said(admitted: bool) -> str:
    return "admitted" if admitted else "refused"
