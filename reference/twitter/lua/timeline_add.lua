-- Add tweet ids to every timeline that is live; timelines that do not exist stay absent (their readers are dormant).
-- KEYS timelines   ARGV[1] cap   ARGV[2] slack: trim only beyond cap + slack   ARGV[3..] members (19-digit ids)
-- Returns the number of members that were new, over all timelines.
local call, keys, argv = redis.call, KEYS, ARGV -- locals: this loop is the hottest of the house
local cap, last = tonumber(argv[1]), #argv
local limit = cap + tonumber(argv[2])
local full = limit - (last - 2)
local added = 0
for i = 1, #keys do
  local key = keys[i]
  local size = call('ZCARD', key)
  if size > 0 then
    for j = 3, last do
      added = added + call('ZADD', key, 0, argv[j])
    end
    if size > full then
      local ids = call('ZLEXCOUNT', key, '-', '(~')
      if ids > limit then
        call('ZREMRANGEBYRANK', key, 0, ids - cap - 1)
      end
    end
  end
end
return added
