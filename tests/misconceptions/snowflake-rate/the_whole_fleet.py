"""That is the whole fleet"""

ids_per_s = 2 ** (snowflake_rate.sequence_bits + snowflake_rate.worker_bits) * 1000 / snowflake_rate.tick_ms
