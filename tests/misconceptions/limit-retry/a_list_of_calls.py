"""one number is all that is kept"""


def decide(stored, now_ms):
    interval_ms, at_once, queue = limit_retry.interval_ms, limit_retry.at_once, limit_retry.queue
    empty_ms = max([now_ms, *(stored or [])]) + interval_ms
    over_ms = empty_ms - now_ms - (at_once + queue) * interval_ms
    if over_ms > 0:
        return "refuse", over_ms, stored
    held_ms = max(0, empty_ms - now_ms - at_once * interval_ms)
    return ("hold" if held_ms else "pass"), held_ms, [*(stored or []), empty_ms]
