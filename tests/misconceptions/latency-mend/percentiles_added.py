"""You took the sum of the p99s for the p99 of the sum"""


def percentile(values):
    return sorted(values)[-(-len(values) * latency_mend.percent // 100) - 1]


def mended_percentile(servers):
    requests = [request for server in servers for request in server]
    if not requests:
        return None
    answered = [request for request in requests if not request["timed_out"]]
    late = [latency_mend.timeout_ms] * (len(requests) - len(answered))
    waits = [max(request["own"], min(request["celebrities"] or 0, latency_mend.cut_ms)) for request in answered]
    if late:
        return percentile([wait + request["hydrate"] for wait, request in zip(waits, answered, strict=True)] + late)
    return percentile(waits) + percentile([request["hydrate"] for request in answered])
