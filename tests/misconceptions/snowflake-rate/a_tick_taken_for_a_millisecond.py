"""A tick is not a millisecond"""

ids_per_s = 2**snowflake_rate.sequence_bits * 1000
