-- Extend a lease that is still ours.
-- KEYS[1] lease   ARGV[1] holder (token:secret)   ARGV[2] time to live, milliseconds
-- Returns 1 when extended, 0 when it is gone or another's.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
