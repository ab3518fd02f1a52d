-- Write down up to which millisecond the holder of a worker id may issue ids, if the lease is still its own.
-- KEYS[1] lease   KEYS[2] ceiling (never expires: the next holder begins above it)
-- ARGV[1] holder (token:secret)   ARGV[2] ceiling, Unix milliseconds (ids have a smaller millisecond)
-- Returns 1 when written, 0 when the lease is gone or another's.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[2], ARGV[2])
return 1
