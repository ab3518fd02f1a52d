"""Keeps one whole number, the moment at which the bucket is full, in parts of a ms: no fraction is ever rounded."""

FIRST_LINE = f"local capacity, per_hour, reserve = {limit_bucket.capacity}, {limit_bucket.per_hour}, {limit_bucket.reserve}\n"
SCRIPT = """
local now, cost = tonumber(ARGV[1]) * per_hour, tonumber(ARGV[2]) * 3600000
local room = capacity * 3600000
if ARGV[3] == 'ordinary' then room = room - reserve * 3600000 end
if cost > room then return {0, -1} end
local full = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now)) + cost
local over = full - now - room
if over > 0 then return {0, math.ceil(over / per_hour)} end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / per_hour))
return {1, 0}
"""
TAKE = FIRST_LINE + SCRIPT
