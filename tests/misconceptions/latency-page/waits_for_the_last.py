"""You wait for the last one, however late"""

import numpy as np


def page_percentile(own_ms, pull_ms, hydrate_ms, reads, percent, plays, rng):
    waited = np.zeros(plays)
    if reads:
        pulls = np.sort(rng.choice(pull_ms, (plays, reads)), axis=1)
        waited = pulls[:, -1]
    pages = np.maximum(rng.choice(own_ms, plays), waited) + rng.choice(hydrate_ms, plays)
    return float(np.percentile(pages, percent))
