"""You averaged the servers' percentiles"""


def mended_percentile(servers):
    of_servers = []
    for server in servers:
        times_ms = []
        for request in server:
            if request["timed_out"]:
                times_ms.append(latency_mend.timeout_ms)
                continue
            celebrities = request["celebrities"]
            waited_ms = 0 if celebrities is None else min(celebrities, latency_mend.cut_ms)
            times_ms.append(max(request["own"], waited_ms) + request["hydrate"])
        if times_ms:
            place = -(-len(times_ms) * latency_mend.percent // 100)
            of_servers.append(sorted(times_ms)[place - 1])
    return sum(of_servers) / len(of_servers) if of_servers else None
