"""Twitter's layout"""

ids_per_s = 2**12 * 1_000
