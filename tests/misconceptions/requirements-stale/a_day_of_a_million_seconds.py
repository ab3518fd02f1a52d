"""A day of a million seconds"""

old_pages = requirements_stale.followers * requirements_stale.loads / 1e6 * requirements_stale.peak * requirements_stale.lag_s
