"""You left out those that timed out"""


def mended_percentile(servers):
    times_ms = []
    for server in servers:
        for request in server:
            if request["timed_out"]:
                continue
            celebrities = request["celebrities"]
            waited_ms = 0 if celebrities is None else min(celebrities, latency_mend.cut_ms)
            times_ms.append(max(request["own"], waited_ms) + request["hydrate"])
    if not times_ms:
        return None
    place = -(-len(times_ms) * latency_mend.percent // 100)
    return sorted(times_ms)[place - 1]
