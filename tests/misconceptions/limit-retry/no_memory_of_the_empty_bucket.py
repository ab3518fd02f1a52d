"""an idle client is a new one"""


def decide(stored: int | None, now_ms: int) -> tuple[str, int, int | None]:
    """("pass" | "hold" | "refuse", ms to wait, the number to keep), for one call at `now_ms` (ms since 1970)."""
    interval_ms, at_once = limit_retry.interval_ms, limit_retry.at_once
    empty_ms = (now_ms if stored is None else stored) + interval_ms
    over_ms = empty_ms - now_ms - (at_once + limit_retry.queue) * interval_ms
    if over_ms > 0:
        return "refuse", over_ms, stored
    held_ms = empty_ms - now_ms - at_once * interval_ms
    return ("hold", held_ms, empty_ms) if held_ms > 0 else ("pass", 0, empty_ms)
