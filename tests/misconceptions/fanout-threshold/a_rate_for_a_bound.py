"""That is a rate"""

deliveries_per_s = fanout_threshold.workers * fanout_threshold.batch * 1000 / fanout_threshold.batch_ms
threshold = deliveries_per_s * fanout_threshold.share_percent / 100
