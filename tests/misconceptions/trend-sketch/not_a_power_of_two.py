"""Registers come in powers of two"""

registers = (1.04 / (trend_sketch.error_percent / 100)) ** 2
sketches_mb = registers * 6 / 8 * trend_sketch.tags * trend_sketch.minutes / 1e6
