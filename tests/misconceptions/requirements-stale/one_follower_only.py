"""That is one follower"""

old_pages = requirements_stale.loads / 86_400 * requirements_stale.peak * requirements_stale.lag_s
