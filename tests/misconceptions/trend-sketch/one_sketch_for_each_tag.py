"""That is one sketch for each tag"""

registers = 1
while 1.04 / registers**0.5 > trend_sketch.error_percent / 100:
    registers *= 2
sketches_mb = registers * 6 / 8 * trend_sketch.tags / 1e6
