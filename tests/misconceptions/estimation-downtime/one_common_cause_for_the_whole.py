"""A common cause for a part alone"""

import itertools
import math


def downtime_min(plan):
    return (1 - share_up(plan) * (1 - estimation_downtime.common)) * estimation_downtime.period_min


def share_up(plan):
    if not isinstance(plan, tuple):
        return plan
    kind, *rest = plan
    needed = {"all": len(rest), "any": 1}.get(kind) or rest.pop(0)
    shares = [share_up(each) for each in rest]
    served = 0.0
    for ups in itertools.product((True, False), repeat=len(shares)):
        if sum(ups) >= needed:
            served += math.prod(share if up else 1 - share for share, up in zip(shares, ups, strict=True))
    return served
