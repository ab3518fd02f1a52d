-- Append events to a partition of the log, if it still ends where the writer thinks: a log has no gaps and no repeats,
-- however many relays write to it.
-- KEYS[1] stream   KEYS[2] last position (same slot)
-- ARGV[1] expected last position   ARGV[2] position of the first event   ARGV[3..] kind, payload, kind, payload …
-- Returns the last position afterwards; it equals the expected one + nothing when another relay was first.
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
if last ~= tonumber(ARGV[1]) then
  return last
end
local position = tonumber(ARGV[2]) - 1
for j = 3, #ARGV, 2 do
  position = position + 1
  redis.call('XADD', KEYS[1], string.format('%.0f-0', position), 'kind', ARGV[j], 'payload', ARGV[j + 1])
end
redis.call('SET', KEYS[2], string.format('%.0f', position))
return position
