"""A primary and replicas that lag, for the task on sessions. They count how often they are asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Copy:
    """A copy of the data that has applied the first `version` writes of a log. `reads`: how often it was asked; `lag_s`: as it says itself.

    Before it answers it calls `before_read`, if there is one: the world does not stand still meanwhile.
    """

    log: list[tuple[str, Any]]
    version: int = 0
    lag_s: float = 0.0
    reads: int = 0
    before_read: Callable[[], None] | None = None

    def read(self, key: str) -> tuple[Any, int]:
        """(the value or None, the version that it was read at)."""
        if self.before_read is not None:
            self.before_read()
        self.reads += 1
        return dict(self.log[: self.version]).get(key), self.version


class Primary(Copy):
    """The copy that takes writes, and so has all of them."""

    def write(self, key: str, value: Any) -> int:
        """The version that this write made."""
        self.log.append((key, value))
        self.version = len(self.log)
        return self.version


def cluster(replicas: int) -> tuple[Primary, list[Copy]]:
    """A primary and replicas that have nothing yet."""
    log: list[tuple[str, Any]] = []
    return Primary(log), [Copy(log) for _ in range(replicas)]
