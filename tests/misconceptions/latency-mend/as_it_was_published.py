"""You added up calls that are sent at once"""


def percentile(values):
    return sorted(values)[int(len(values) * latency_mend.percent / 100)]


def mended_percentile(servers):
    of_servers = []
    for server in servers:
        answered = [request for request in server if not request["timed_out"]]
        own = percentile([request["own"] for request in answered])
        celebrities = percentile([request["celebrities"] or 0 for request in answered])
        hydrate = percentile([request["hydrate"] for request in answered])
        of_servers.append(own + celebrities + hydrate)
    return sum(of_servers) / len(of_servers)
