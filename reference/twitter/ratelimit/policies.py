"""Limits as data: who may do what how often. The table is `policies.toml`; each row says which design publishes it, and where."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from reference.twitter.errors import InvalidInput, require, require_int

TIERS = ("free", "verified", "api")
ACTIONS = ("tweet", "follow", "like", "read", "login", "register")
SCOPES = ("user", "ip", "global")
DESIGNS = ("A", "B", "C", "D", "E", "house")
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "min"), (1, "s"))


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` calls of `action` for each `window_s`, counted `per` user, ip or global, for callers of `tier` ("any": all).

    As a token bucket: capacity `burst` (None: `amount`), refilled at amount / window_s. In one window it admits at most
    burst + amount, so a hard "at most N in any window" is amount + burst = N. `anonymous`: only for callers who are not logged in.
    """

    action: str
    amount: int
    window_s: int
    per: str = "user"
    tier: str = "any"
    burst: int | None = None
    anonymous: bool = False
    design: str = "house"
    section: str = ""

    def __post_init__(self) -> None:
        require_int("amount", self.amount, 1, 10**9)
        require_int("window_s", self.window_s, 1, 400 * 86_400)
        if self.burst is not None:
            require_int("burst", self.burst, 1, self.amount)
        for name, allowed in (("per", SCOPES), ("tier", (*TIERS, "any")), ("design", DESIGNS)):
            value = getattr(self, name)
            require(value in allowed, f"{name} must be one of {', '.join(allowed)}, not {value!r}")
        require(isinstance(self.action, str) and bool(self.action), f"action must be a non-empty string, not {self.action!r}")

    @property
    def capacity(self) -> int:
        return self.amount if self.burst is None else self.burst

    @property
    def refill_per_s(self) -> float:
        return self.amount / self.window_s

    @property
    def name(self) -> str:
        """Unique among the limits of one call; part of the key in Redis and the policy's name in headers."""
        return f"{self.action}-{self.per}-{self.amount}-{self.window_s}s"

    def __str__(self) -> str:
        length, unit = next((length, unit) for length, unit in _UNITS if self.window_s % length == 0)
        many = self.window_s // length
        return f"{self.amount:,} / {unit if many == 1 else f'{many} {unit}'}"


@dataclass(frozen=True)
class Policies:
    """A set of limits. `Policies.load("house")`: a complete one; "A" … "E": what a design publishes; None: the whole table."""

    limits: tuple[Limit, ...] = field(default=())

    @classmethod
    def load(cls, design: str | None = "house") -> Policies:
        """From the table beside this module. InvalidInput for a design that there is not."""
        require(design is None or design in DESIGNS, f"design must be one of {', '.join(DESIGNS)}, not {design!r}")
        return cls(tuple(limit for limit in _table() if design in (None, limit.design)))

    @classmethod
    def from_rows(cls, rows: Iterable[dict[str, Any]]) -> Policies:
        """From dicts with the fields of Limit; InvalidInput names the row that is wrong."""
        limits = []
        for number, row in enumerate(rows, start=1):
            try:
                limits.append(Limit(**row))
            except (TypeError, InvalidInput) as error:
                raise InvalidInput(f"limit {number} of the table: {error}") from error
        return cls(tuple(limits))

    def __iter__(self) -> Iterator[Limit]:
        return iter(self.limits)

    def __len__(self) -> int:
        return len(self.limits)

    def applying_to(self, action: str, tier: str = "free", *, user: bool = True, ip: bool = False) -> list[Limit]:
        """Limits that a call must pass, narrowest first. `user`, `ip`: whether the caller's are known.

        InvalidInput for an unknown action or tier, for a tier that the table forgot, and for a caller of whom nothing limited is known.
        """
        require(tier in TIERS, f"tier must be one of {', '.join(TIERS)}, not {tier!r}")
        rows = [limit for limit in self.limits if limit.action == action]
        require(bool(rows), f"no limit for action {action!r}: known are {', '.join(sorted({limit.action for limit in self.limits}))}")
        known = {"user": user, "ip": ip, "global": True}
        found = [limit for limit in rows if known[limit.per] and not (limit.anonymous and user) and limit.tier in (tier, "any")]
        forgotten = {limit.per for limit in rows if known[limit.per]} - {limit.per for limit in found} - {"ip"}
        require(not forgotten, f"no limit per {', '.join(forgotten)} for tier {tier!r} of action {action!r}")
        require(bool(found), f"{action!r} is limited per {', '.join(sorted({limit.per for limit in rows}))}: say who calls")
        return sorted(found, key=lambda limit: SCOPES.index(limit.per))


@cache
def _table() -> tuple[Limit, ...]:
    text = resources.files(__package__).joinpath("policies.toml").read_text(encoding="utf-8")
    return Policies.from_rows(tomllib.loads(text)["limit"]).limits
