"""years from the epoch"""

layout = min(snowflake_split.layouts, key=lambda key: snowflake_split.layouts[key][0])
