-- Sliding log: one entry for each admitted unit, those of the last window count.
-- KEYS[1] sorted set: score = when (Unix µs), member "when:number" (the number tells entries of one µs apart)
-- ARGV[1] now, Unix µs, or '' for the server's clock   ARGV[2] '1' take, '0' only look   ARGV[3] margin of the expiry, ms
-- ARGV[4] cost   ARGV[5] limit   ARGV[6] window, µs
-- Returns allowed (1 or 0), remaining, retry after (µs), empty again after (µs)
local key, now = KEYS[1], tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local cost, limit, window = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local newest = tonumber(redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2])
local at = newest and math.max(now, newest) or now -- a clock that is behind neither reorders nor forgets
if newest then
  redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', at - window))
end
local count = redis.call('ZCARD', key)
local empty = count > 0 and newest + window - now or 0
if count + cost > limit then
  local last = count + cost - limit - 1 -- the entry with whose leaving there is room
  local leaves = redis.call('ZRANGE', key, last, last, 'WITHSCORES')[2] + window
  return {0, limit - count, leaves - now, empty}
end
if ARGV[2] == '1' and cost > 0 then
  local score = string.format('%.0f', at)
  for number = count + 1, count + cost do
    redis.call('ZADD', key, score, score .. ':' .. number)
  end
  empty = at + window - now
  redis.call('PEXPIRE', key, math.ceil(empty / 1000) + ARGV[3])
  count = count + cost
end
return {1, limit - count, 0, empty}
