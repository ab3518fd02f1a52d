-- A token bucket that gives tokens away in blocks. What is out on lease counts against the capacity until it is spent, returned or expired:
-- tokens + leased <= capacity at every moment, so that no window ever sees more than capacity + rate·t.
-- KEYS[1] hash: tokens, at (Unix µs up to which it is refilled), and for each holder "amount expires"
-- ARGV[1] now, Unix µs, or '' for the server's clock   ARGV[2] margin of the expiry, ms   ARGV[3] capacity
-- ARGV[4] refill, tokens per µs   ARGV[5] holder   ARGV[6] tokens that the holder brings back from its lease
-- ARGV[7] least number wanted (0: only bring back)   ARGV[8] block, the most   ARGV[9] how long a lease lasts, µs
-- Returns granted (0: refused), whole tokens left here, retry after (µs), full again after (µs; leases aside)
local EPSILON = 1e-9 -- tokens: what sums of doubles may be off by
local function us_for(tokens, refill) -- whole µs until so many tokens are back; half of EPSILON keeps 20 s from becoming 20.000001
  return math.max(0, math.ceil((tokens - EPSILON / 2) / refill))
end
local key, now = KEYS[1], tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local capacity, refill, holder = tonumber(ARGV[3]), tonumber(ARGV[4]), 'lease:' .. ARGV[5]
local back, least, block, lasts = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local tokens, at, leased, leases = capacity, now, 0, {}
local state = redis.call('HGETALL', key)
for i = 1, #state, 2 do
  local name, value = state[i], state[i + 1]
  if name == 'tokens' then
    tokens = tonumber(value)
  elseif name == 'at' then
    at = tonumber(value)
  else
    local amount, expires = string.match(value, '(%S+) (%S+)')
    leased = leased + amount
    leases[#leases + 1] = {name = name, amount = tonumber(amount), expires = tonumber(expires)}
  end
end
now = math.max(now, at) -- a clock that is behind credits nothing twice
table.sort(leases, function(a, b) return a.expires < b.expires end)

local function refilled(have, out, from, to)
  return math.max(have, math.min(capacity - out, have + (to - from) * refill))
end
local live = {}
for _, lease in ipairs(leases) do -- refill piece by piece: each lease that ends makes room, and only from then on
  if lease.expires <= now then
    tokens = refilled(tokens, leased, at, lease.expires)
    at, leased = math.max(at, lease.expires), leased - lease.amount
    redis.call('HDEL', key, lease.name)
  else
    live[#live + 1] = lease
  end
end
tokens = refilled(tokens, leased, at, now)
for i, lease in ipairs(live) do
  if lease.name == holder then -- what it does not bring back is spent
    leased = leased - lease.amount
    tokens = math.min(capacity - leased, tokens + math.min(back, lease.amount))
    redis.call('HDEL', key, holder)
    table.remove(live, i)
    break
  end
end

local granted, retry = 0, 0
if least > 0 and tokens + EPSILON >= least then
  granted = math.max(least, math.min(block, math.floor(tokens + EPSILON)))
  tokens, leased = tokens - granted, leased + granted
  redis.call('HSET', key, holder, string.format('%.0f %.0f', granted, now + lasts))
  live[#live + 1] = {expires = now + lasts}
elseif least > 0 then
  local have, out, from = tokens, leased, now
  for _, lease in ipairs(live) do
    if least <= capacity - out and (least - have) / refill <= lease.expires - from then break end
    have = refilled(have, out, from, lease.expires)
    out, from = out - lease.amount, lease.expires
  end
  retry = from - now + us_for(least - have, refill)
end
local full = us_for(capacity - tokens, refill)
local last = live[#live] and live[#live].expires - now or 0
redis.call('HSET', key, 'tokens', string.format('%.17g', tokens), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', key, math.ceil((last + full) / 1000) + ARGV[2])
return {granted, math.floor(tokens + EPSILON), retry, full}
