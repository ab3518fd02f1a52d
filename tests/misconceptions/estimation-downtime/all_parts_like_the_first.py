"""All like the first"""

import itertools
import math


def downtime_min(plan):
    return (1 - share_up(plan)) * estimation_downtime.period_min


def share_up(plan):
    if not isinstance(plan, tuple):
        return plan
    common = estimation_downtime.common
    kind, *rest = plan
    needed = rest.pop(0) if kind == "at least" else 1
    shares = [share_up(each) for each in rest]
    if kind == "all":
        return math.prod(shares)
    if kind == "at least":
        shares = [shares[0]] * len(shares)
    served = 0.0
    for ups in itertools.product((True, False), repeat=len(shares)):
        if sum(ups) >= needed:
            served += math.prod(share if up else 1 - share for share, up in zip(shares, ups, strict=True))
    return served * (1 - common)
