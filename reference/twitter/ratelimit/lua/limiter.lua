-- Several limits of one call, each a token bucket: take the cost from all of them, or from none.
-- KEYS    buckets: each one string "tokens at", refilled up to `at` (Unix µs); a missing one is full
-- ARGV[1] now, Unix µs, or '' for the server's clock   ARGV[2] '1' take, '0' only look   ARGV[3] margin of the expiry, ms
-- ARGV[4…] for each bucket: cost (tokens; a negative one gives back), capacity (tokens), refill (tokens per µs)
-- Returns for each bucket: allowed (1 or 0), remaining (whole tokens), retry after (µs), full again after (µs)
local EPSILON = 1e-9 -- tokens: what sums of doubles may be off by
local function us_for(tokens, refill) -- whole µs until so many tokens are back; half of EPSILON keeps 20 s from becoming 20.000001
  return math.max(0, math.ceil((tokens - EPSILON / 2) / refill))
end
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local reply, tokens_of, at_of, all = {}, {}, {}, true
for i, key in ipairs(KEYS) do
  local cost, capacity, refill = tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2]), tonumber(ARGV[3 * i + 3])
  local tokens, at = capacity, now
  local state = redis.call('GET', key)
  if state then
    local saved, refilled = string.match(state, '(%S+) (%S+)')
    at = math.max(now, tonumber(refilled)) -- a clock that is behind credits nothing twice
    tokens = math.min(capacity, saved + (at - refilled) * refill)
  end
  local allowed, retry = 1, 0
  if tokens + EPSILON < cost then
    allowed, retry, all = 0, at - now + us_for(cost - tokens, refill), false
  end
  tokens_of[i], at_of[i] = tokens, at
  reply[4 * i - 3], reply[4 * i - 2], reply[4 * i - 1] = allowed, math.floor(tokens + EPSILON), retry
  reply[4 * i] = at - now + us_for(capacity - tokens, refill)
end
if all and ARGV[2] == '1' then
  for i, key in ipairs(KEYS) do
    local cost, capacity, refill = tonumber(ARGV[3 * i + 1]), tonumber(ARGV[3 * i + 2]), tonumber(ARGV[3 * i + 3])
    local tokens = math.min(capacity, tokens_of[i] - cost)
    local reset = at_of[i] - now + us_for(capacity - tokens, refill)
    redis.call('SET', key, string.format('%.17g %.0f', tokens, at_of[i]), 'PX', math.ceil(reset / 1000) + ARGV[3])
    reply[4 * i - 2], reply[4 * i] = math.floor(tokens + EPSILON), reset
  end
end
return reply
