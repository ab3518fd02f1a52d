"""Bits are not numbers"""

ids_per_s = snowflake_rate.sequence_bits * 1000 / snowflake_rate.tick_ms
