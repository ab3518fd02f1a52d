"""The limits of a call, taken together: all of them admit it, or none is touched."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Literal

from reference.twitter.backend import is_cluster
from reference.twitter.clock import Clock, SystemClock
from reference.twitter.errors import RateLimited, Unavailable, require, require_int
from reference.twitter.ratelimit.algorithm import MARGIN_MS, MARGIN_ON_INJECTED_TIME_MS
from reference.twitter.ratelimit.calls import lua, run, run_many
from reference.twitter.ratelimit.decision import US_PER_S, Decision
from reference.twitter.ratelimit.headers import Answer, binding, headers
from reference.twitter.ratelimit.policies import Limit, Policies

RETRY_WHEN_DOWN_S = 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `Limiter.check` found. True in a condition exactly when `allowed`. `answers`: (Limit, Decision) of every limit of the call.

    `outage`: Redis did not answer, and `allowed` is what the limiter was told to say then; there are no answers.
    """

    allowed: bool
    answers: tuple[Answer, ...]
    now_s: float
    outage: bool = False

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def decision(self) -> Decision | None:
        """The decision that matters to the client; None in an outage."""
        return binding(self.answers)[1] if self.answers else None

    @property
    def refused_by(self) -> tuple[Limit, ...]:
        return tuple(limit for limit, decision in self.answers if not decision.allowed)

    @property
    def retry_after_s(self) -> float:
        """0 when allowed; else the wait after which every limit admits the call."""
        if self.outage:
            return 0.0 if self.allowed else RETRY_WHEN_DOWN_S
        return max((decision.retry_after_s for _, decision in self.answers), default=0.0)

    def headers(self) -> dict[str, str]:
        """HTTP headers for the answer, admitted or 429 (see headers.py)."""
        if self.outage:
            return {} if self.allowed else {"Retry-After": f"{RETRY_WHEN_DOWN_S:.0f}"}
        return headers(self.answers, self.now_s)


class Limiter:
    """Enforces `policies` (default: the house's) with token buckets in Redis, one round trip a call, atomically.

    `when_down`: "open" admits while Redis does not answer (a limiter must not be the outage), "closed" refuses (logins, say);
    `outages` counts those answers. Give it a client with a short timeout: an open door that opens after 30 s is closed.
    On a cluster the keys of one call live in different slots: all are taken, and what was taken is given back if one refuses,
    so that others may be refused for that moment; never is more admitted. Thread-safe.
    """

    def __init__(
        self,
        redis: Any,
        policies: Policies | None = None,
        *,
        clock: Clock | None = None,
        namespace: str = "ratelimit",
        when_down: Literal["open", "closed"] = "open",
    ) -> None:
        require(when_down in ("open", "closed"), f"when_down must be 'open' or 'closed', not {when_down!r}")
        require(isinstance(namespace, str) and bool(namespace), f"namespace must be a non-empty string, not {namespace!r}")
        self.redis, self.clock, self.namespace, self.when_down = redis, clock, namespace, when_down
        self.policies = Policies.load() if policies is None else policies
        self.outages = 0
        self._counting = threading.Lock()
        self._wall = clock or SystemClock()

    def check(
        self,
        user: int | str | None,
        action: str,
        *,
        tier: str = "free",
        ip: str | None = None,
        cost: int = 1,
        peek: bool = False,
    ) -> Verdict:
        """Take `cost` from every limit of this call, or from none. `user` None: not logged in, then `ip` is needed.

        InvalidInput for an unknown action or tier, a cost above the smallest limit, an empty user or ip. O(number of limits).
        """
        for name, value in (("user", user), ("ip", ip)):
            require(value is None or bool(str(value)), f"{name} must not be empty")
        limits = self.policies.applying_to(action, tier, user=user is not None, ip=ip is not None)
        require_int("cost", cost, 0, min(limit.capacity for limit in limits))
        calls = [self._call(limit, {"user": user, "ip": ip, "global": "all"}[limit.per], cost) for limit in limits]
        try:
            decisions = self._take(calls, limits, "1" if cost and not peek else "0")
        except Unavailable:
            with self._counting:
                self.outages += 1
            return Verdict(self.when_down == "open", (), self._wall.now(), outage=True)
        return Verdict(all(decisions), tuple(zip(limits, decisions, strict=True)), self._wall.now())

    def require(self, user: int | str | None, action: str, *, tier: str = "free", ip: str | None = None, cost: int = 1) -> Verdict:
        """As `check`, but RateLimited (429) with the verdict when refused, and Unavailable (503) when down and closed."""
        verdict = self.check(user, action, tier=tier, ip=ip, cost=cost)
        if verdict.outage and not verdict.allowed:
            raise Unavailable(f"{action} is not possible while its limits cannot be checked")
        if not verdict.allowed:
            by = ", ".join(f"{limit} per {limit.per}" for limit in verdict.refused_by)
            raise RateLimited(f"{action} is limited to {by}: try again in {verdict.retry_after_s:.3f} s", verdict)
        return verdict

    def _call(self, limit: Limit, who: Any, cost: int) -> tuple[str, list[Any]]:
        key = f"{self.namespace}:limit:{limit.name}:{who}"
        return key, [cost, limit.capacity, repr(limit.refill_per_s / US_PER_S)]

    def _take(self, calls: list[tuple[str, list[Any]]], limits: list[Limit], take: str) -> list[Decision]:
        together = self._run_apart if is_cluster(self.redis) else self._run_together
        replies = together(calls, take)
        return [_decision(limit, replies[4 * i : 4 * i + 4]) for i, limit in enumerate(limits)]

    def _head(self, take: str) -> list[Any]:
        if self.clock is None:
            return ["", take, MARGIN_MS]
        return [self.clock.now_ns() // 1000, take, MARGIN_ON_INJECTED_TIME_MS]

    def _run_together(self, calls: list[tuple[str, list[Any]]], take: str) -> list[int]:
        arguments = [value for _, values in calls for value in values]
        return run(self.redis, lua("limiter.lua"), [key for key, _ in calls], [*self._head(take), *arguments])

    def _run_apart(self, calls: list[tuple[str, list[Any]]], take: str) -> list[int]:
        script, head = lua("limiter.lua"), self._head(take)
        replies = run_many(self.redis, script, [([key], [*head, *values]) for key, values in calls])
        if take == "1" and not all(reply[0] for reply in replies):
            taken = [i for i, reply in enumerate(replies) if reply[0]]
            returns = [([calls[i][0]], [*head, -calls[i][1][0], *calls[i][1][1:]]) for i in taken]
            for i, reply in zip(taken, run_many(self.redis, script, returns), strict=True):
                replies[i] = reply
        return [number for reply in replies for number in reply]


def _decision(limit: Limit, reply: list[int]) -> Decision:
    allowed, remaining, retry_us, reset_us = reply
    return Decision(allowed == 1, limit.capacity, remaining, retry_us / US_PER_S, reset_us / US_PER_S)
