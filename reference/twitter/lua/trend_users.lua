-- Unique users of tags in a window, and how the tags are most often written.
-- KEYS[1] hash of positions (names the slot). All other keys begin with ARGV[1], which holds the same hash tag.
-- ARGV[1] prefix   ARGV[2] JSON: t = tags; h = hours, m = minutes that make up the window; u = suffix of users
--   (then 'm:' or 'h:', a number, ':' and the tag); ttl in seconds
-- Returns {unique users, as written (or the empty string), ...} in the order of the tags.
local call, prefix = redis.call, ARGV[1]
local ask = cjson.decode(ARGV[2])
local users = prefix .. ask.u

local function key_of_hour(hour, tag)
  local key = users .. 'h:' .. string.format('%.0f', hour) .. ':' .. tag
  if call('EXISTS', key) == 0 then -- read for the first time: merged from its minutes
    local minutes = {}
    for minute = hour * 60, hour * 60 + 59 do
      minutes[#minutes + 1] = users .. 'm:' .. string.format('%.0f', minute) .. ':' .. tag
    end
    call('PFMERGE', key, unpack(minutes))
    call('EXPIRE', key, ask.ttl)
    call('SET', users .. 'h:' .. string.format('%.0f', hour) .. ':', 1, 'EX', ask.ttl) -- tells the writer to look for such keys
  end
  return key
end

local answer = {}
for _, tag in ipairs(ask.t) do
  local keys = {}
  for _, hour in ipairs(ask.h) do
    keys[#keys + 1] = key_of_hour(hour, tag)
  end
  for _, minute in ipairs(ask.m) do
    keys[#keys + 1] = users .. 'm:' .. string.format('%.0f', minute) .. ':' .. tag
  end
  answer[#answer + 1] = call('PFCOUNT', unpack(keys))
  answer[#answer + 1] = call('ZREVRANGE', prefix .. 'w:' .. tag, 0, 0)[1] or ''
end
return answer
