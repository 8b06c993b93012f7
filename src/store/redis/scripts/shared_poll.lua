-- shared_poll.lua  Says that we are alive, and what changed since we last asked.
-- KEYS: instances, version, settings, denied, generation
-- ARGV: who asks, the version it knows ('' for none), how long an instance counts in ms, the most bytes to answer
-- Keeps: who was not here for that long is gone; the instances have a TTL.
-- Returns {version, instances}, and when the version is another one also {now in ms, settings as field, text, ...,
-- denied as member, end in ms, ..., generations as prefix, generation, ..., 1 when something was left out else 0}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local span = tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - span))
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('PEXPIRE', KEYS[1], span)
local instances = redis.call('ZCARD', KEYS[1])
local version = redis.call('GET', KEYS[2]) or '0'
if version == ARGV[2] then return {version, instances} end

redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', string.format('%.0f', now))
local room = tonumber(ARGV[4])
local left_out = 0
-- Pairs as they came, as long as there is room.
local function bounded(pairs)
  local used = 0
  for i = 1, #pairs, 2 do
    used = used + #pairs[i] + #pairs[i + 1] + 32
    if used > room then
      left_out = 1
      local some = {}
      for j = 1, i - 1 do some[j] = pairs[j] end
      return some
    end
  end
  room = room - used
  return pairs
end
local generations = bounded(redis.call('HGETALL', KEYS[5]))
local settings = bounded(redis.call('HGETALL', KEYS[3]))
local denied = bounded(redis.call('ZRANGE', KEYS[4], 0, -1, 'WITHSCORES'))
return {version, instances, string.format('%.0f', now), settings, denied, generations, left_out}
