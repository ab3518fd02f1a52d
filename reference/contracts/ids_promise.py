"""What a judged generator of ids promises, and the hands with which the laws of `ids` take hold of it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from reference.contracts.contract_clock import ContractClock
from reference.contracts.report import Broken

IdFactory = Callable[[int, Any], Any]
START_MS = 1_700_000_000_000


@dataclass(frozen=True)
class Promise:
    """The judged factory and the layout that it promises."""

    factory: IdFactory
    timestamp_bits: int
    worker_bits: int
    sequence_bits: int
    epoch_ms: int

    @property
    def per_ms(self) -> int:
        return 1 << self.sequence_bits

    @property
    def last_ms(self) -> int:
        return self.epoch_ms + (1 << self.timestamp_bits) - 1

    def ticks(self, id: int) -> int:
        return id >> (self.worker_bits + self.sequence_bits)

    def ms(self, id: int) -> int:
        return self.ticks(id) + self.epoch_ms

    def worker(self, id: int) -> int:
        return id >> self.sequence_bits & ((1 << self.worker_bits) - 1)

    def sequence(self, id: int) -> int:
        return id & (self.per_ms - 1)

    def begin(self, worker_id: int = 7, ms: int = START_MS) -> Judged:
        clock = ContractClock()
        clock.at_ms(ms)
        return Judged(self.factory(worker_id, clock), clock)


class Judged:
    """One generator, its clock, and every id it gave."""

    def __init__(self, generator: Any, clock: ContractClock) -> None:
        self.generator, self.clock = generator, clock
        self.ids: list[int] = []

    def next_id(self) -> int:
        self.clock.fresh_call()
        id = as_id(self.generator.next_id())
        self.ids.append(id)
        return id

    def answer(self) -> Any:
        """Whatever comes, unjudged; an exception instead of raising it."""
        self.clock.fresh_call()
        try:
            return self.generator.next_id()
        except Exception as error:
            return error

    def take(self, n: int) -> list[int]:
        return [self.next_id() for _ in range(n)]

    def attempt(self) -> int | Exception:
        """An id, or the exception that refused it."""
        try:
            return self.next_id()
        except Broken:
            raise
        except Exception as error:
            return error


def as_id(answer: Any) -> int:
    """`answer` as int; Broken if it is None or anything but a whole number."""
    if answer is None:
        raise Broken(
            "an id", "None", "Returning None hands the problem to callers who do not look: wait for a usable time, or raise an error."
        )
    try:
        return operator.index(answer)
    except TypeError:
        hint = "An id has 63 bits and a float 53: build it from whole numbers with shifts."
        raise Broken("a whole number", f"{answer!r} ({type(answer).__name__})", hint) from None


def increasing(ids: list[int]) -> None:
    for before, after in pairwise(ids):
        if after == before:
            raise Broken("a new id each time", f"{after} twice in a row")
        if after < before:
            raise Broken(f"an id above {before}", f"{after}, which is smaller")


def unique(ids: Iterable[int]) -> None:
    seen: set[int] = set()
    for id in ids:
        if id in seen:
            raise Broken("each id once", f"{id} twice")
        seen.add(id)


def equal(what: str, expected: int, got: int) -> None:
    if expected != got:
        raise Broken(f"{what} {expected}", str(got))


def refused(attempt: Callable[[], Any], expected: str) -> None:
    try:
        answer = attempt()
    except Exception:
        return
    raise Broken(expected, f"the answer {answer!r}")
