"""The average for the peak"""

old_pages = requirements_stale.followers * requirements_stale.loads / 86_400 * requirements_stale.lag_s
