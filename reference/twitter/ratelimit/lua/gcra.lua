-- GCRA, the token bucket as one number: the theoretical arrival time (TAT) at which all that was admitted has drained.
-- KEYS[1] TAT, µs since EPOCH (a double holds 1/32 µs exactly for nine years)
-- ARGV[1] now, Unix µs, or '' for the server's clock   ARGV[2] '1' take, '0' only look   ARGV[3] margin of the expiry, ms
-- ARGV[4] cost   ARGV[5] capacity   ARGV[6] emission interval, µs per unit of cost
-- Returns allowed (1 or 0), remaining (whole units), retry after (µs), full again after (µs)
local EPOCH = 1700000000 -- seconds
local now = tonumber(ARGV[1])
if now then
  now = now - EPOCH * 1000000
else
  local time = redis.call('TIME')
  now = (time[1] - EPOCH) * 1000000 + time[2]
end
local cost, capacity, interval = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local state = redis.call('GET', KEYS[1])
local tat = state and math.max(now, tonumber(state)) or now
local after = tat + cost * interval
local wait = math.ceil(after - capacity * interval - now)
if wait > 0 then
  return {0, math.max(0, math.floor(capacity - (tat - now) / interval)), wait, math.ceil(tat - now)}
end
if ARGV[2] == '1' and cost > 0 then
  redis.call('SET', KEYS[1], string.format('%.17g', after), 'PX', math.ceil((after - now) / 1000) + ARGV[3])
  tat = after
end
return {1, math.floor(capacity - (tat - now) / interval), 0, math.ceil(tat - now)}
