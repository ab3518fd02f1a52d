"""The tail of one read"""

import numpy as np


def page_percentile(own_ms, pull_ms, hydrate_ms, reads, percent, plays, rng):
    waited = np.zeros(plays)
    if reads:
        pulls = np.sort(np.repeat(rng.choice(pull_ms, (plays, 1)), reads, axis=1), axis=1)
        enough = pulls[:, reads - latency_page.missing - 1] if reads > latency_page.missing else 0
        waited = np.minimum(pulls[:, -1], np.maximum(latency_page.cut_ms, enough))
    pages = np.maximum(rng.choice(own_ms, plays), waited) + rng.choice(hydrate_ms, plays)
    return float(np.percentile(pages, percent))
