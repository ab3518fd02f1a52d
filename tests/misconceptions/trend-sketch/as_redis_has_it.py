"""Redis's sketch"""

sketches_mb = 12_288 * trend_sketch.tags * trend_sketch.minutes / 1e6
