-- The most used tags of a window, with their recent uses and those of the preceding window.
-- KEYS[1] hash of positions (names the slot). All other keys begin with ARGV[1], which holds the same hash tag.
-- ARGV[1] prefix   ARGV[2] JSON: now, before = {h = hours, m = minutes} that make up the two windows; weights = one for each hour and
--   minute of now; c = suffix of counts (then 'm:' or 'h:' and a number); least = fewest uses; most = how many tags; ttl in seconds
-- Returns {tag, uses, recent uses, uses before, tag, ...}, the most used first.
local call, prefix = redis.call, ARGV[1]
local ask = cjson.decode(ARGV[2])
local counts = prefix .. ask.c

local function key_of_hour(hour)
  local key = counts .. 'h:' .. string.format('%.0f', hour)
  if call('EXISTS', key) == 0 then -- read for the first time: made of its minutes
    local minutes = {}
    for minute = hour * 60, hour * 60 + 59 do
      minutes[#minutes + 1] = counts .. 'm:' .. string.format('%.0f', minute)
    end
    if call('ZUNIONSTORE', key, #minutes, unpack(minutes)) > 0 then
      call('EXPIRE', key, ask.ttl)
    end
  end
  return key
end

local function keys_of(span)
  local keys = {}
  for _, hour in ipairs(span.h) do
    keys[#keys + 1] = key_of_hour(hour)
  end
  for _, minute in ipairs(span.m) do
    keys[#keys + 1] = counts .. 'm:' .. string.format('%.0f', minute)
  end
  return keys
end

local function union(name, keys, weights)
  local target = prefix .. 'union:' .. name
  local args = { target, #keys, unpack(keys) }
  if weights then
    args[#args + 1] = 'WEIGHTS'
    for _, weight in ipairs(weights) do
      args[#args + 1] = string.format('%.17g', weight)
    end
  end
  call('ZUNIONSTORE', unpack(args))
  return target
end

local keys = keys_of(ask.now)
local now = union('now', keys)
local found = call('ZREVRANGEBYSCORE', now, '+inf', ask.least, 'WITHSCORES', 'LIMIT', 0, ask.most)
local answer = {}
if #found > 0 then
  local recent = union('recent', keys, ask.weights)
  local before = union('before', keys_of(ask.before))
  for i = 1, #found, 2 do
    answer[#answer + 1] = found[i]
    answer[#answer + 1] = found[i + 1]
    answer[#answer + 1] = call('ZSCORE', recent, found[i])
    answer[#answer + 1] = call('ZSCORE', before, found[i]) or '0'
  end
  call('UNLINK', recent, before)
end
call('UNLINK', now)
return answer
