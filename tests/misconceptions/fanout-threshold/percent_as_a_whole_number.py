"""You calculated with the number before the % sign"""

deliveries_per_s = fanout_threshold.workers * fanout_threshold.batch * 1000 / fanout_threshold.batch_ms
threshold = f"{deliveries_per_s * fanout_threshold.share_percent * fanout_threshold.seconds / 1e6}M"
