"""One page after the other, and the percentile by its place in the sorted list."""

import math


def page_percentile(own_ms, pull_ms, hydrate_ms, reads, percent, plays, rng):
    own, hydrate = rng.choice(own_ms, plays), rng.choice(hydrate_ms, plays)
    pages = []
    for play in range(plays):
        waited = 0.0
        if reads:
            pulls = sorted(rng.choice(pull_ms, reads))
            enough = pulls[reads - 1 - latency_page.missing] if reads > latency_page.missing else 0.0
            waited = pulls[-1] if pulls[-1] < latency_page.cut_ms else max(latency_page.cut_ms, enough)
        pages.append(max(own[play], waited) + hydrate[play])
    return float(sorted(pages)[math.ceil(plays * percent / 100) - 1])
