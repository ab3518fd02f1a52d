"""That is one tick's worth"""

ids_per_s = 2**snowflake_rate.sequence_bits
