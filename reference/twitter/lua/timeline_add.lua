-- Add tweet ids to every timeline that is live; timelines that do not exist stay absent (their readers are dormant).
-- KEYS timelines   ARGV[1] cap   ARGV[2] slack: trim only beyond cap + slack   ARGV[3..] members (19-digit ids)
-- Returns the number of members that were new, over all timelines.
local cap, limit = tonumber(ARGV[1]), tonumber(ARGV[1]) + tonumber(ARGV[2])
local added = 0
for i = 1, #KEYS do
  local size = redis.call('ZCARD', KEYS[i])
  if size > 0 then
    for j = 3, #ARGV do
      added = added + redis.call('ZADD', KEYS[i], 0, ARGV[j])
    end
    if size + #ARGV - 2 > limit then
      local ids = redis.call('ZLEXCOUNT', KEYS[i], '-', '(~')
      if ids > limit then
        redis.call('ZREMRANGEBYRANK', KEYS[i], 0, ids - cap - 1)
      end
    end
  end
end
return added
