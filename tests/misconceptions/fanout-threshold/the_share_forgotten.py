"""the question says which share counts"""

deliveries_per_s = fanout_threshold.workers * fanout_threshold.batch * 1000 / fanout_threshold.batch_ms
threshold = deliveries_per_s * fanout_threshold.seconds
