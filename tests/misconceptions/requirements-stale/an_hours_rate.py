"""Per hour for per second"""

pages_per_hour = requirements_stale.followers * requirements_stale.loads / 24 * requirements_stale.peak
old_pages = pages_per_hour * requirements_stale.lag_s
