-- Take a lease that nobody holds.
-- KEYS[1] lease   KEYS[2] fencing counter (never expires, so that tokens only grow)
-- ARGV[1] holder's secret   ARGV[2] time to live, milliseconds
-- Returns the fencing token (integer), or false while another holds the lease.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return false
end
local token = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], string.format('%d:%s', token, ARGV[1]), 'PX', ARGV[2])
return token
