"""Lua cannot read this line. Not equal is `~=`"""

# TAKE: the Lua script, as text: FIRST_LINE + '…', so that the numbers of `ask` are Lua
# variables. Delete the `raise` line.
FIRST_LINE = f"local capacity, per_hour, reserve = {limit_bucket.capacity}, {limit_bucket.per_hour}, {limit_bucket.reserve}\n"
SCRIPT = """
local now, cost, per_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), per_hour / 3600000
local needed = cost
if ARGV[3] != 'urgent' then needed = cost + reserve end
if needed > capacity then return {0, -1} end
local tokens, at = capacity, now
local stored = redis.call('HMGET', KEYS[1], 'tokens', 'at')
if stored[1] then
  local counted_to = tonumber(stored[2])
  at = math.max(now, counted_to)
  tokens = math.min(capacity, tonumber(stored[1]) + (at - counted_to) * per_ms)
end
if tokens < needed then return {0, math.ceil((needed - tokens) / per_ms)} end
tokens = tokens - cost
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', at)
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - tokens) / per_ms) + 1000)
return {1, 0}
"""
TAKE = FIRST_LINE + SCRIPT
