"""A clock for stores that have one of their own: where it goes the machine's time goes too, fakeredis's expiry and TIME included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import time_machine

from reference.twitter.clock import NS_PER_S, ManualClock


class TravellingClock(ManualClock):
    """A ManualClock that takes the machine along."""

    def __init__(self, start_s: float, traveller: Any) -> None:
        super().__init__(start_s)
        self._traveller = traveller

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self._traveller.move_to(self.now_ns() / NS_PER_S)


@contextmanager
def travelling(start_s: int = 1_700_000_000) -> Iterator[TravellingClock]:
    with time_machine.travel(float(start_s), tick=False) as traveller:
        yield TravellingClock(start_s, traveller)
