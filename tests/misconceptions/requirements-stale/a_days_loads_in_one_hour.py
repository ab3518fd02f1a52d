"""A day's loads in one hour"""

old_pages = requirements_stale.followers * requirements_stale.loads / 3_600 * requirements_stale.peak * requirements_stale.lag_s
