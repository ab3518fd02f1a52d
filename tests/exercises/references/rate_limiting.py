from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from reference.twitter import ratelimit
from reference.twitter.backend import connect
from reference.twitter.clock import ManualClock
from reference.twitter.ratelimit import GCRA, TokenBucket

LUA = Path(ratelimit.__file__).parent / "lua" / "token_bucket.lua"


def asked_bucket(v: SimpleNamespace) -> str:
    """The reference's script, its arguments and its answer brought into the order that is asked for."""
    per_us = v.per_hour / 3600 / 1e6
    arguments = f"local given = ARGV; local ARGV = {{given[1] * 1000, '1', '1000', given[2], '{v.capacity}', '{per_us!r}'}}"
    return f"{arguments}\nlocal function reference()\n{LUA.read_text(encoding='utf-8')}\nend\nlocal reply = reference()\n{LAST_LINES}"


LAST_LINES = "return {reply[1], reply[1] == 1 and 0 or math.ceil(reply[3] / 1000)}"


def asked_queue(v: SimpleNamespace) -> Callable[[Any, int], tuple[str, int, Any]]:
    """GCRA, with everything that is not refused for its capacity; what it stores is what is kept."""

    def decide(stored: Any, now_ms: int) -> tuple[str, int, Any]:
        redis = connect("fakeredis://")
        limiter = GCRA(redis, v.at_once + v.queue, 1000 / v.interval_ms, ManualClock(now_ms / 1000))
        if stored is not None:
            redis.set("ratelimit:gcra:ana", repr(stored))
        answer = limiter.acquire("ana")
        kept = redis.get("ratelimit:gcra:ana")
        return ("pass" if answer else "refuse"), round(answer.retry_after_s * 1000), None if kept is None else float(kept)

    return decide


def asked_mend(v: SimpleNamespace) -> Callable[[Any, Any], TokenBucket]:
    """The token bucket: its tokens come back one by one. One Redis for all servers of a store."""
    servers: dict[int, Any] = {}
    return lambda store, clock: Answered(
        TokenBucket(servers.setdefault(id(store), connect("fakeredis://")), v.limit, v.batch / v.step_s, clock)
    )


class Answered:
    def __init__(self, bucket: TokenBucket) -> None:
        self.bucket = bucket

    def acquire(self, key: str) -> bool:
        return self.bucket.acquire(key).allowed


REFERENCES = {"limit-bucket": asked_bucket, "limit-retry": asked_queue, "limit-mend": asked_mend}
