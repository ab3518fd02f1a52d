-- Sliding counter: two fixed windows; the one before counts by the share that the sliding window still covers.
-- KEYS[1] one string "index current previous": number of the window since 1970, admitted in it, in the one before
-- ARGV[1] now, Unix µs, or '' for the server's clock   ARGV[2] '1' take, '0' only look   ARGV[3] margin of the expiry, ms
-- ARGV[4] cost   ARGV[5] limit   ARGV[6] window, µs
-- Returns allowed (1 or 0), remaining (whole), retry after (µs), forgotten after (µs)
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local cost, limit, window = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local index, current, previous = math.floor(now / window), 0, 0
local state = redis.call('GET', KEYS[1])
if state then
  local was, inside, before = string.match(state, '(%S+) (%S+) (%S+)')
  was = tonumber(was)
  if index <= was then -- also for a clock that is behind: it stays in the window that has begun
    index, current, previous = was, tonumber(inside), tonumber(before)
  elseif index == was + 1 then
    previous = tonumber(inside)
  end
end
local start = index * window
local into = math.max(0, now - start)
local function forgotten()
  if current > 0 then return start + 2 * window - now end
  return previous > 0 and start + window - now or 0
end
local room = (limit - current) * window - previous * (window - into) -- in units × µs: whole numbers
if room < cost * window then
  local at
  if current + cost <= limit then -- later in this window, when enough of the one before has slid out
    at = start + window - math.floor((limit - current - cost) * window / previous)
  else -- in the next one, where this one slides out
    at = start + 2 * window - math.floor((limit - cost) * window / current)
  end
  return {0, math.max(0, math.floor(room / window)), at - now, forgotten()}
end
if ARGV[2] == '1' and cost > 0 then
  current = current + cost
  local ttl_ms = math.ceil(forgotten() / 1000) + ARGV[3]
  redis.call('SET', KEYS[1], string.format('%.0f %.0f %.0f', index, current, previous), 'PX', ttl_ms)
  room = room - cost * window
end
return {1, math.floor(room / window), 0, forgotten()}
