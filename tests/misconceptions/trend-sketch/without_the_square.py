"""The error falls with the square root"""

registers = 1
while 1.04 / registers > trend_sketch.error_percent / 100:
    registers *= 2
sketches_mb = registers * 6 / 8 * trend_sketch.tags * trend_sketch.minutes / 1e6
