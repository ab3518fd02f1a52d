"""that is the course's own; the exercise is to write it yourself"""

from reference.lab.latency import percentiles


def mended_percentile(servers):
    times_ms = [
        latency_mend.timeout_ms
        if request["timed_out"]
        else max(request["own"], min(request["celebrities"] or 0, latency_mend.cut_ms)) + request["hydrate"]
        for server in servers
        for request in server
    ]
    return percentiles(times_ms, (latency_mend.percent,))[latency_mend.percent] if times_ms else None
