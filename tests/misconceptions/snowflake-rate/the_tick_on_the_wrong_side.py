"""The tick is on the wrong side"""

ids_per_s = f"{2**snowflake_rate.sequence_bits * snowflake_rate.tick_ms} thousand"
