"""Bits for bytes"""

registers = 1
while 1.04 / registers**0.5 > trend_sketch.error_percent / 100:
    registers *= 2
sketches_mb = registers * 6 * trend_sketch.tags * trend_sketch.minutes / 1e6
