-- Fixed window: one counter for each window, beginning at 0.
-- KEYS[1] one string "index count": number of the window since 1970, admitted in it
-- ARGV[1] now, Unix µs, or '' for the server's clock   ARGV[2] '1' take, '0' only look   ARGV[3] margin of the expiry, ms
-- ARGV[4] cost   ARGV[5] limit   ARGV[6] window, µs
-- Returns allowed (1 or 0), remaining, retry after (µs), a new window after (µs; 0 when nothing was taken)
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local cost, limit, window = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local index, count = math.floor(now / window), 0
local state = redis.call('GET', KEYS[1])
if state then
  local was, admitted = string.match(state, '(%S+) (%S+)')
  if index <= tonumber(was) then -- also for a clock that is behind: it stays in the window that has begun
    index, count = tonumber(was), tonumber(admitted)
  end
end
local left = (index + 1) * window - now
if count + cost > limit then
  return {0, limit - count, left, left}
end
if ARGV[2] == '1' and cost > 0 then
  count = count + cost
  redis.call('SET', KEYS[1], string.format('%.0f %.0f', index, count), 'PX', math.ceil(left / 1000) + ARGV[3])
end
return {1, limit - count, 0, count > 0 and left or 0}
