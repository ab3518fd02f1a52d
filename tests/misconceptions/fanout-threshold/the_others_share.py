"""You let the others have the tweet's share"""

deliveries_per_s = fanout_threshold.workers * fanout_threshold.batch * 1000 / fanout_threshold.batch_ms
threshold = deliveries_per_s * (1 - fanout_threshold.share_percent / 100) * fanout_threshold.seconds
