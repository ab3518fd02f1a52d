-- Acknowledge events, if the caller still owns the partition (a paused owner that wakes up late acknowledges nothing).
-- KEYS[1] stream   KEYS[2] owner lease   KEYS[3] dead-letter stream (all in one slot)
-- ARGV[1] group   ARGV[2] holder   ARGV[3] 'ack' or the reason why the event goes to the dead-letter stream   ARGV[4..] entry ids
-- Returns the number acknowledged, or -1 when the caller is not the owner.
if redis.call('GET', KEYS[2]) ~= ARGV[2] then
  return -1
end
local acked = 0
for j = 4, #ARGV do
  if ARGV[3] ~= 'ack' then
    local found = redis.call('XRANGE', KEYS[1], ARGV[j], ARGV[j])
    if #found > 0 then
      local fields = found[1][2]
      redis.call('XADD', KEYS[3], '*', 'entry', ARGV[j], 'group', ARGV[1], 'reason', ARGV[3], unpack(fields))
    end
  end
  acked = acked + redis.call('XACK', KEYS[1], ARGV[1], ARGV[j])
end
return acked
