"""a BIGINT is signed"""

layout = max(snowflake_split.layouts, key=lambda key: sum(snowflake_split.layouts[key]))
