"""One insert at a time"""

per_s = fanout_threshold.workers * 1000 / fanout_threshold.batch_ms
threshold = per_s * fanout_threshold.share_percent / 100 * fanout_threshold.seconds
