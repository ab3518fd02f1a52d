"""What a judged rate limiter promises, and the hands with which the laws of `rate_limiter` take hold of it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from reference.contracts.report import Broken, Contract
from reference.twitter.clock import NS_PER_S, ManualClock

LimiterFactory = Callable[[int, float, Any], Any]
MS, US = 1e-3, 1e-6
KINDS = ("bucket", "log", "counter", "window")
OFFERS = frozenset({"cost", "peek", "remaining", "retry_after", "reset_after", "shared", "subsecond", "checked"})


@dataclass(frozen=True)
class Promise:
    """The judged factory, the kind of limit that it promises, what its `acquire` offers, and the clock.

    `stored`: how many keys its store holds now, where somebody can tell.
    """

    factory: LimiterFactory
    kind: str
    offers: frozenset[str]
    clock: ManualClock
    stored: Callable[[], int] | None = None
    numbers: Any = field(default_factory=itertools.count)

    def begin(self, capacity: int, per_s: float) -> Judged:
        """A limiter and a key that nobody has used, at the beginning of a window."""
        window_ns = round(capacity / per_s * NS_PER_S)
        self.clock.advance((-self.clock.now_ns() % window_ns) / NS_PER_S)
        return Judged(self, self.factory(capacity, per_s, self.clock), capacity, per_s)

    def most(self, capacity: int, per_s: float, t_s: float) -> int:
        """The most that any interval of `t_s` seconds may see, both ends included."""
        if self.kind == "log":
            return capacity * (math.floor(t_s * per_s / capacity + 1e-9) + 1)
        return math.floor(capacity * (2 if self.kind == "window" else 1) + per_s * t_s + 1e-6)


class Judged:
    """One limiter, one key, the clock, and the moments (ns) at which calls were admitted."""

    def __init__(self, promise: Promise, limiter: Any, capacity: int, per_s: float) -> None:
        self.promise, self.limiter, self.clock = promise, limiter, promise.clock
        self.capacity, self.per_s, self.window_s = capacity, per_s, capacity / per_s
        self.key = self.new_key()
        self.admitted_ns: list[int] = []

    def new_key(self) -> str:
        return f"judged-{next(self.promise.numbers)}"

    def call(self, cost: int = 1, *, key: str | None = None, peek: bool = False) -> Any:
        """One call, and its answer as it is."""
        options: dict[str, Any] = ({} if cost == 1 else {"cost": cost}) | ({"peek": True} if peek else {})
        return self.limiter.acquire(self.key if key is None else key, **options)

    def admits(self, cost: int = 1, *, key: str | None = None) -> bool:
        """Whether one call is admitted now."""
        admitted = said_yes(self.call(cost, key=key))
        if admitted and key is None:
            self.admitted_ns += [self.clock.now_ns()] * cost
        return admitted

    def admitted_of(self, calls: int, step_s: float = US, *, key: str | None = None) -> int:
        """How many of so many calls are admitted, the clock going on by `step_s` (a microsecond) before each but the first."""
        admitted = 0
        for number in range(calls):
            if number and step_s:
                self.clock.advance(step_s)
            admitted += self.admits(key=key)
        return admitted

    def spend(self) -> None:
        """Use the whole capacity, within microseconds."""
        self.expect("admitted at once of a fresh key", self.capacity, self.admitted_of(self.capacity))

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def expect(self, what: str, expected: int, got: int, hint: str | None = None) -> None:
        if got != expected:
            raise Broken(f"{expected} {what}", str(got), hint)

    def stays_within(self, most: Callable[[float], int]) -> None:
        """No interval between two admitted calls sees more than `most(its length in s)`."""
        moments = self.admitted_ns
        for first, start in enumerate(moments):
            for last in range(first, len(moments)):
                t_s = (moments[last] - start) / NS_PER_S
                if last - first + 1 > most(t_s):
                    raise Broken(f"at most {most(t_s)} admitted within {t_s:.3f} s", f"{last - first + 1}")


def said_yes(answer: Any) -> bool:
    """`answer.allowed`, or the answer itself if it is a bool."""
    allowed = getattr(answer, "allowed", answer)
    if not isinstance(allowed, (bool, int)):
        raise Broken("a Decision with `allowed`, or a bool", f"{answer!r} ({type(answer).__name__})", "Return the decision from `acquire`.")
    return bool(allowed)


def told(answer: Any, name: str) -> float:
    """A number of the answer, by its name in Decision."""
    value = getattr(answer, name, None)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        raise Broken(f"a number >= 0 as `{name}`", repr(value), f"Answer `{name}` with every decision, in seconds or whole units.")
    return value


def refuses(attempt: Callable[[], Any]) -> bool:
    """True when `attempt` raises or is answered no."""
    try:
        return not said_yes(attempt())
    except Broken:
        raise
    except Exception:
        return True


class SkewedClock:
    """A client's clock that is `ahead_s` seconds off the true one."""

    def __init__(self, true: ManualClock, ahead_s: float) -> None:
        self.true, self.ahead_ns = true, round(ahead_s * NS_PER_S)

    def now_ns(self) -> int:
        return self.true.now_ns() + self.ahead_ns

    def now(self) -> float:
        return self.now_ns() / NS_PER_S

    def monotonic_ns(self) -> int:
        return self.true.monotonic_ns()

    def sleep(self, seconds: float) -> None:
        self.true.sleep(seconds)


Law = Callable[[Promise], None]
APPLIES: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
"""By law: the kinds that promise it, and what the limiter must offer to be judged by it."""


def law_of(target: Contract[Promise], why: str, hint: str, kinds: Iterable[str] = KINDS, needs: Iterable[str] = ()) -> Callable[[Law], Law]:
    """Register a law, and for whom it holds."""

    def register(check: Law) -> Law:
        target.behaviour(why, hint)(check)
        APPLIES[check.__name__.replace("_", " ")] = (frozenset(kinds), frozenset(needs))
        return check

    return register
