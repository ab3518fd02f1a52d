"""The one simulation under all queues here: jobs arrive, workers take them from a line. By simpy, in virtual milliseconds.

A line says who is next; nothing else differs between first come first served, priorities and fair turns.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, Protocol


class Line(Protocol):
    """What waits. `Job` is whatever the line likes; time is told to it."""

    def arrive(self, place: int, now_ms: float) -> int:
        """Number `place` of the arrivals is here; how many jobs it brings."""

    def take(self, now_ms: float) -> tuple[Any, float] | None:
        """The next job and its service time in ms, or None while nothing waits."""

    def done(self, job: Any, now_ms: float) -> None:
        """`job` was served."""


def run(arrived_ms: Sequence[float], line: Line, servers: int) -> float:
    """Serve everything that arrives; the ms at which the last job ends. Two events a job: some 100 K jobs a second."""
    import simpy

    env = simpy.Environment()
    idle: list[Any] = []
    for _ in range(servers):
        env.process(_worker(env, line, idle))
    env.process(_arrivals(env, arrived_ms, line, idle))
    env.run()
    return float(env.now)


def _arrivals(env: Any, arrived_ms: Sequence[float], line: Line, idle: list[Any]) -> Generator[Any, Any, None]:
    for place, at_ms in enumerate(arrived_ms):
        if at_ms > env.now:
            yield env.timeout(at_ms - env.now)
        for _ in range(min(line.arrive(place, env.now), len(idle))):
            idle.pop().succeed()


def _worker(env: Any, line: Line, idle: list[Any]) -> Generator[Any, Any, None]:
    """Works while there is work; waits to be woken when there is none. Ends with the simulation."""
    take: Callable[[float], tuple[Any, float] | None] = line.take
    while True:
        taken = take(env.now)
        if taken is None:
            woken = env.event()
            idle.append(woken)
            yield woken
            continue
        job, service_ms = taken
        yield env.timeout(service_ms)
        line.done(job, env.now)
