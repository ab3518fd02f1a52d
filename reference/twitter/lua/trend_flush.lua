-- Add a micro-batch of hashtag uses to the minutes in which they happened, once.
-- KEYS[1] hash of source -> last position. All other keys begin with ARGV[1], which holds the same hash tag.
-- ARGV[1] prefix   ARGV[2] source of the batch ('' when nobody repeats it)   ARGV[3] its position there
-- ARGV[4] JSON: g = groups of one (region, minute): c, ch = suffixes of the counts of the minute and of its hour, u, uh = of the users
--   (a tag follows); t = tags, n = uses; s = how many of them (the first) have a sketch; f = users of each of the next ones;
--   w = {tag, as written, times} ...; ttl_counts, ttl_users, ttl_written in seconds
-- ARGV[5] users as 5 bytes each, in the order of f   ARGV[6..] sketches in the order of the groups
-- An hour is made of its minutes when somebody first reads it; from then on late uses are added to it as well.
-- Returns 1, or 0 when this position of the source was counted before.
local call, sub = redis.call, string.sub
local prefix, users, at, next_sketch = ARGV[1], ARGV[5], 1, 6
local batch = cjson.decode(ARGV[4])

if ARGV[2] ~= '' then
  local last = call('HGET', KEYS[1], ARGV[2])
  if last and tonumber(last) >= tonumber(ARGV[3]) then
    return 0
  end
  call('HSET', KEYS[1], ARGV[2], ARGV[3])
end

local function add_counts(key, group, ttl)
  local tags, counts = group.t, group.n
  for i = 1, #tags do
    call('ZINCRBY', key, counts[i], tags[i])
  end
  call('EXPIRE', key, ttl)
end

local function merge_sketch(key, hour, bytes)
  local own = prefix .. 'sketch'
  call('SET', own, bytes)
  call('PFMERGE', key, own)
  if hour then
    call('PFMERGE', hour, own)
  end
  call('DEL', own)
end

local function take_users(some)
  if some == 1 then
    at = at + 5
    return sub(users, at - 5, at - 1)
  end
  local chunk = {}
  for j = 1, some do
    chunk[j] = sub(users, at, at + 4)
    at = at + 5
  end
  return unpack(chunk)
end

local function add_users(key, hour, left)
  while left > 0 do -- unpack has room for some 8000
    local some = math.min(left, 4000)
    call('PFADD', key, take_users(some))
    if hour then
      at = at - 5 * some
      call('PFADD', hour, take_users(some))
    end
    left = left - some
  end
end

for _, group in ipairs(batch.g) do
  add_counts(prefix .. group.c, group, batch.ttl_counts)
  if call('EXISTS', prefix .. group.ch) == 1 then
    add_counts(prefix .. group.ch, group, batch.ttl_counts)
  end
  local tags, few, sketches, ttl = group.t, group.f, group.s, batch.ttl_users
  local minute_users, hour_users = prefix .. group.u, prefix .. group.uh
  local was_read = call('EXISTS', hour_users) == 1 -- some tag's users of this hour were made of their minutes already
  for i = 1, sketches + #few do
    local key = minute_users .. tags[i]
    local hour = was_read and hour_users .. tags[i]
    if hour and call('EXISTS', hour) == 0 then
      hour = false
    end
    if i <= sketches then
      merge_sketch(key, hour, ARGV[next_sketch])
      next_sketch = next_sketch + 1
    else
      add_users(key, hour, few[i - sketches])
    end
    call('EXPIRE', key, ttl)
  end
end
for _, one in ipairs(batch.w) do
  local key = prefix .. 'w:' .. one[1]
  call('ZINCRBY', key, one[3], one[2])
  call('EXPIRE', key, batch.ttl_written)
end
return 1
