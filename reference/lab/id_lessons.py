"""What the notebook on ids breaks and mends: a clock that is moved by hand, two published generators rewritten, a layout as a picture."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from reference.lab import charts
from reference.twitter.clock import NS_PER_MS, Clock, ManualClock, datetime_from_ms
from reference.twitter.errors import TwitterError
from reference.twitter.ids import TWITTER, SnowflakeLayout

EPOCH_OF_E_MS = 1_577_836_800_000  # 2020-01-01: the epoch that design E chose


def drive(generator: Any, clock: ManualClock, steps_ms: Iterable[int], each: int = 3) -> list[int]:
    """Move the clock by each step and take `each` ids there; the ids in order of issue."""
    ids = []
    for step_ms in steps_ms:
        clock.advance(step_ms / 1000)
        ids += [generator.next_id() for _ in range(each)]
    return ids


def repeats(ids: Sequence[int]) -> int:
    """How many of `ids` had been issued before."""
    return len(ids) - len(set(ids))


def attempt(action: Callable[[], Any]) -> str:
    """What `action` answers, or the error in words: for cells that show a refusal."""
    try:
        return str(action())
    except TwitterError as error:
        return f"{type(error).__name__}: {error}"


def split_title(layout: SnowflakeLayout) -> str:
    """What a split of the bits buys, in one line."""
    numbers = split_numbers(layout)
    workers = "1 worker" if layout.worker_bits == 0 else f"{numbers['workers']:,} workers"
    return f"Time until {numbers['last year']}, {workers}, {layout.ids_per_s:,} ids per second each"


def split_numbers(layout: SnowflakeLayout) -> dict[str, Any]:
    """Years until overflow and the other consequences of a layout, for the line under its chart."""
    return {
        "years from the epoch": round(layout.years_until_overflow, 1),
        "last year": str(datetime_from_ms(layout.max_ms).year),
        "workers": layout.max_worker_id + 1,
        "ids per second and worker": layout.ids_per_s,
    }


def layout_row(layout: SnowflakeLayout) -> dict[str, Any]:
    """Widths and consequences of a layout, for a table; a BIGINT is signed, so it may be full before the time bits are."""
    widths = {"time": layout.timestamp_bits, "worker": layout.worker_bits, "sequence": layout.sequence_bits}
    return widths | split_numbers(layout) | {"last year in a BIGINT": str(datetime_from_ms(layout.last_bigint_ms).year)}


def draw_split(layout: SnowflakeLayout) -> Any:
    """The id as one bar of bits, in three parts."""
    import plotly.graph_objects as go

    parts = {"time": (layout.timestamp_bits, "push"), "worker": (layout.worker_bits, "pull"), "sequence": (layout.sequence_bits, "hybrid")}
    figure = charts.house(go.Figure())
    start = 0
    for name, (bits, role) in parts.items():
        hover = f"{name}: {bits} bits<extra></extra>"
        figure.add_trace(go.Bar(x=[bits], y=["id"], orientation="h", name=name, marker_color=charts.COLOURS[role], hovertemplate=hover))
        if bits:
            figure.add_annotation(text=f"{name} {bits}", x=start + bits / 2, y=1, yref="paper", yanchor="bottom", showarrow=False)
        start += bits
    figure.update_layout(barmode="stack", title_text=split_title(layout), height=230, margin_t=80)
    figure.update_xaxes(title_text="bits, from the highest down (the sign bit is left out)", range=[0, layout.total_bits], dtick=9)
    figure.update_yaxes(showticklabels=False, ticks="")
    return figure


class PublishedC:
    """Design C, section 6.2, in our words: refuses any step back, waits when the sequence is spent, has no lock."""

    def __init__(self, machine_id: int, clock: Clock) -> None:
        if not 0 <= machine_id <= 1023:
            raise ValueError("machine id must be 0-1023")
        self.machine_id, self.clock = machine_id, clock
        self.sequence, self.last_ms = 0, -1

    def next_id(self) -> int:
        now_ms = _read_ms(self.clock)
        if now_ms < self.last_ms:
            raise RuntimeError("clock moved backwards")
        self.sequence = (self.sequence + 1) & 4095 if now_ms == self.last_ms else 0
        if now_ms == self.last_ms and self.sequence == 0:
            now_ms = _later_than(self.last_ms, self.clock)
        self.last_ms = now_ms
        return (now_ms - TWITTER.epoch_ms) << 22 | self.machine_id << 12 | self.sequence


class PublishedE:
    """Design E, section 7, in our words: has a lock, and asks neither whether the clock went back nor whether the machine id fits."""

    def __init__(self, machine_id: int, clock: Clock) -> None:
        self.machine_id, self.clock = machine_id, clock
        self.sequence, self.last_ms = 0, 0
        self.lock = threading.Lock()

    def next_id(self) -> int:
        with self.lock:
            now_ms = _read_ms(self.clock)
            self.sequence = (self.sequence + 1) & 4095 if now_ms == self.last_ms else 0
            if now_ms == self.last_ms and self.sequence == 0:
                now_ms = _later_than(self.last_ms, self.clock)
            self.last_ms = now_ms
            return (now_ms - EPOCH_OF_E_MS) << 22 | self.machine_id << 12 | self.sequence


def _read_ms(clock: Clock) -> int:
    return clock.now_ns() // NS_PER_MS


def _later_than(ms: int, clock: Clock) -> int:
    """Both wait for the next millisecond; by reading the clock again, or by short sleeps."""
    while (now_ms := _read_ms(clock)) <= ms:
        clock.sleep(0.0001)
    return now_ms
