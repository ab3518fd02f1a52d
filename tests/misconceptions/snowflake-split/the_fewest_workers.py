"""Two of them would share a number"""

layout = min(snowflake_split.layouts, key=lambda key: snowflake_split.layouts[key][1])
