from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from reference.twitter.ids import SnowflakeGenerator, SnowflakeLayout


def asked_layout(v: SimpleNamespace) -> Callable[[int, Any], SnowflakeGenerator]:
    layout = SnowflakeLayout(v.timestamp_bits, v.worker_bits, v.sequence_bits, v.epoch_ms)
    return lambda worker_id, clock: SnowflakeGenerator(worker_id, layout, clock)


def asked_lead(v: SimpleNamespace) -> Callable[[int, Any], SnowflakeGenerator]:
    layout = SnowflakeLayout(epoch_ms=v.epoch_ms)
    return lambda worker_id, clock: SnowflakeGenerator(worker_id, layout, clock, max_backwards_ms=v.lead_ms)


REFERENCES = {"snowflake-ids": asked_layout, "snowflake-mend": asked_lead}
