-- End the building of a timeline: put the loaded ids in, take the builders' marks away, declare it live.
-- KEYS[1] timeline   ARGV[1] the builder's mark   ARGV[2] cap   ARGV[3..] members
-- Returns 1, or 0 when the timeline was dropped since the builder began (what it loaded may miss a delivery: build again).
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
  return redis.call('ZSCORE', KEYS[1], '~') and 1 or 0 -- another builder was first, or it was dropped
end
for j = 3, #ARGV do
  redis.call('ZADD', KEYS[1], 0, ARGV[j])
end
redis.call('ZREMRANGEBYLEX', KEYS[1], '(~', '+') -- those of builders who died or come too late as well
redis.call('ZADD', KEYS[1], 0, '~')
local ids = redis.call('ZLEXCOUNT', KEYS[1], '-', '(~')
if ids > tonumber(ARGV[2]) then
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, ids - tonumber(ARGV[2]) - 1)
end
return 1
