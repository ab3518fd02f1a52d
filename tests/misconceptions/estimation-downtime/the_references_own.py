"""that is the course's own"""

from reference.estimation.availability import downtime, parallel, serial


def downtime_min(plan):
    return downtime(share_up(plan))


def share_up(plan):
    if not isinstance(plan, tuple):
        return plan
    shares = [share_up(each) for each in plan if isinstance(each, (float, tuple))]
    return serial(*shares) if plan[0] == "all" else parallel(shares[0], len(shares))
