"""Time as a parameter: whole nanoseconds since the Unix epoch, UTC.

No other module reads the time. Floats lose milliseconds (a float clock advanced 10,000 times by 1 ms is
off in 9,999 of them), so the primitive is an int and seconds are derived from it.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol

from reference.twitter.errors import InvalidInput

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000


class Clock(Protocol):
    """What components ask of a clock. `now_ns` may step back (NTP does that); `monotonic_ns` never does."""

    def now_ns(self) -> int: ...

    def monotonic_ns(self) -> int: ...

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock."""

    # The functions themselves, not methods around them: a Python frame per reading costs a generator of ids a tenth.
    now_ns = staticmethod(time.time_ns)
    monotonic_ns = staticmethod(time.monotonic_ns)

    def now(self) -> float:
        return self.now_ns() / NS_PER_S

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ManualClock:
    """A clock that moves only when told to: `advance(seconds)`; a negative step moves wall time back, as NTP may.

    `sleep` advances it, so code that waits runs in no time. Thread-safe.
    `start_s`: seconds since the epoch (int or float; rounded to the nanosecond).
    """

    def __init__(self, start_s: float = 1_700_000_000) -> None:
        self._now_ns = _to_ns(start_s)
        self._monotonic_ns = 0
        self._lock = threading.Lock()

    def now_ns(self) -> int:
        return self._now_ns

    def monotonic_ns(self) -> int:
        return self._monotonic_ns

    def now(self) -> float:
        return self._now_ns / NS_PER_S

    def advance(self, seconds: float) -> None:
        """Move wall time by `seconds` (may be negative) and monotonic time by max(0, seconds)."""
        step = _to_ns(seconds)
        with self._lock:
            self._now_ns += step
            self._monotonic_ns += max(0, step)

    def sleep(self, seconds: float) -> None:
        if seconds < 0:
            raise InvalidInput(f"cannot sleep {seconds} s: must be >= 0")
        self.advance(seconds)


def _to_ns(seconds: float) -> int:
    return seconds * NS_PER_S if isinstance(seconds, int) else round(seconds * NS_PER_S)


def datetime_from_ms(unix_ms: int) -> datetime:
    """Aware UTC datetime, exact to the millisecond."""
    seconds, ms = divmod(unix_ms, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=ms * 1000)


def ms_from_datetime(moment: datetime) -> int:
    """Milliseconds since the epoch; a naive datetime is InvalidInput, since nobody knows its zone."""
    if moment.tzinfo is None:
        raise InvalidInput(f"datetime must be aware (UTC), not naive: {moment!r}")
    delta = moment - datetime.fromtimestamp(0, UTC)
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def injected(clock: Clock) -> Clock | None:
    """`clock` if a test or an experiment moves it; None for the machine's, where a server's own time serves all clients alike."""
    return None if isinstance(clock, SystemClock) else clock
