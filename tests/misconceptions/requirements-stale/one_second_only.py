"""That is one second's worth"""

old_pages = requirements_stale.followers * requirements_stale.loads / 86_400 * requirements_stale.peak
