-- Take members out of a timeline. One that may have been trimmed is dropped instead: what was trimmed away would
-- have to move up again, and only the store of record knows it. So is one that is being built: its builder may have loaded
-- the members before they had to go.
-- KEYS[1] timeline   ARGV[1] cap   ARGV[2..] members
-- Returns the number of members removed, or -1 when the timeline was dropped.
if redis.call('ZLEXCOUNT', KEYS[1], '-', '(~') >= tonumber(ARGV[1]) or not redis.call('ZSCORE', KEYS[1], '~') then
  redis.call('UNLINK', KEYS[1])
  return -1
end
local removed = 0
for j = 2, #ARGV do
  removed = removed + redis.call('ZREM', KEYS[1], ARGV[j])
end
return removed
