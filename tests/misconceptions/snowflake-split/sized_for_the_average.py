"""a queue forms in the peak"""

small = {key: bits for key, bits in snowflake_split.layouts.items() if sum(bits) <= 63}
layout = min(small, key=lambda key: small[key][2])
