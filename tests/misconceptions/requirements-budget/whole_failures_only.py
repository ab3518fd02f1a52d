"""Rounded on the way"""

import math


def budget_left(requests: list[tuple[float, int, float]], now_s: float) -> float:
    counted = bad = 0
    for at_s, status, latency_ms in requests:
        refused = status == 429 and requirements_budget.refused_is_bad
        if not now_s - requirements_budget.window_s < at_s <= now_s or (400 <= status <= 499 and not refused):
            continue
        counted += 1
        bad += status >= 500 or latency_ms > requirements_budget.slow_ms or refused
    allowed = max(math.floor((1 - requirements_budget.slo) * counted + 1e-9), 1)
    return 1 - bad / allowed if counted else 1.0
