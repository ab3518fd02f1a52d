-- Token bucket: what has come back since the last call is credited, then the cost is taken if it is there.
-- KEYS[1] one string "tokens at": so many tokens at `at` (Unix µs); missing = full
-- ARGV[1] now, Unix µs, or '' for the server's clock   ARGV[2] '1' take, '0' only look   ARGV[3] margin of the expiry, ms
-- ARGV[4] cost   ARGV[5] capacity   ARGV[6] refill, tokens per µs
-- Returns allowed (1 or 0), remaining (whole tokens), retry after (µs), full again after (µs)
local EPSILON = 1e-9 -- tokens: what sums of doubles may be off by
local function us_for(tokens, refill) -- whole µs until so many tokens are back; half of EPSILON keeps 20 s from becoming 20.000001
  return math.max(0, math.ceil((tokens - EPSILON / 2) / refill))
end
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local cost, capacity, refill = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local tokens, at = capacity, now
local state = redis.call('GET', KEYS[1])
if state then
  local saved, when = string.match(state, '(%S+) (%S+)')
  at = math.max(now, when) -- a clock that is behind credits nothing twice
  tokens = math.min(capacity, saved + (at - when) * refill)
end
local late = at - now -- how far this caller's clock is behind; 0 on the server's own
if tokens + EPSILON < cost then
  local retry = late + us_for(cost - tokens, refill)
  return {0, math.floor(tokens + EPSILON), retry, late + us_for(capacity - tokens, refill)}
end
local take = ARGV[2] == '1' and cost > 0
if take then
  tokens = tokens - cost
end
local full = late + us_for(capacity - tokens, refill)
if take then
  redis.call('SET', KEYS[1], string.format('%.17g %.0f', tokens, at), 'PX', math.ceil(full / 1000) + ARGV[3])
end
return {1, math.floor(tokens + EPSILON), 0, full}
