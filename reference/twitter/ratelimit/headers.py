"""What a limited API tells its clients: the three headers that Twitter made usual, Retry-After, and the IETF's two.

RFC 9110 §10.2.3 (Retry-After); draft-ietf-httpapi-ratelimit-headers-10 (RateLimit, RateLimit-Policy: structured fields, RFC 9651).
Whole seconds, rounded up: who waits that long is never too early.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from reference.twitter.ratelimit.decision import Decision
from reference.twitter.ratelimit.policies import Limit

Answer = tuple[Limit, Decision]


def binding(answers: Sequence[Answer]) -> Answer:
    """The answer that matters to a client: of the refusals the one with the longest wait, else the one with the least left."""
    refusals = [answer for answer in answers if not answer[1].allowed]
    if refusals:
        return max(refusals, key=lambda answer: answer[1].retry_after_s)
    return min(answers, key=lambda answer: answer[1].remaining)


def headers(answers: Sequence[Answer], now_s: float) -> dict[str, str]:
    """Headers for the answers of one call ({} for none). `now_s`: Unix time, for X-Rate-Limit-Reset, which is a date.

    `RateLimit` names every limit per user or IP; global ones are nobody else's business and stay out unless they refuse.
    """
    if not answers:
        return {}
    _, decision = binding(answers)
    shown = [answer for answer in answers if answer[0].per != "global" or not answer[1].allowed] or list(answers)
    found = {
        "X-Rate-Limit-Limit": str(decision.limit),
        "X-Rate-Limit-Remaining": str(decision.remaining),
        "X-Rate-Limit-Reset": str(math.ceil(now_s + _back_in_s(decision))),
        "RateLimit-Policy": ", ".join(f'"{limit.name}";q={limit.amount};w={limit.window_s}' for limit, _ in shown),
        "RateLimit": ", ".join(f'"{limit.name}";r={one.remaining};t={math.ceil(_back_in_s(one))}' for limit, one in shown),
    }
    if not decision.allowed:
        found["Retry-After"] = str(max(1, math.ceil(decision.retry_after_s)))
    return found


def _back_in_s(decision: Decision) -> float:
    """When the limit is whole again; never before a retry makes sense."""
    return max(decision.reset_after_s, decision.retry_after_s)
