"""State as JSON, and the expiry that an empty bucket needs, whatever is in it."""

FIRST_LINE = f"local capacity, per_hour, reserve = {limit_bucket.capacity}, {limit_bucket.per_hour}, {limit_bucket.reserve}\n"
SCRIPT = """
local now, cost = tonumber(ARGV[1]), tonumber(ARGV[2])
local need = cost
if ARGV[3] == 'ordinary' then need = need + reserve end
if need > capacity then return {0, -1} end
local text = redis.call('GET', KEYS[1])
local state = {capacity, now}
if text then state = cjson.decode(text) end
local at = math.max(now, state[2])
local tokens = math.min(capacity, state[1] + (at - state[2]) * per_hour / 3600000)
local answer = {1, 0}
if tokens >= need then tokens = tokens - cost else answer = {0, math.ceil((need - tokens) * 3600000 / per_hour)} end
redis.call('SET', KEYS[1], cjson.encode({tokens, at}), 'EX', math.ceil(capacity * 3600 / per_hour))
return answer
"""
TAKE = FIRST_LINE + SCRIPT
