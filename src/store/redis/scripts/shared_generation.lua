-- shared_generation.lua  Begins a new generation of a prefix's states.
-- KEYS: version, generation  ARGV: prefix, how long it is kept in ms, the most prefixes there may be
-- Keeps: a generation is above all before it (microseconds of Redis' clock); the hash has a TTL.
-- Returns {version before, version, generation}, or {'full'}.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local old = redis.call('HGET', KEYS[2], ARGV[1])
if not old and redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[3]) then return {'full'} end
local generation = string.format('%.0f', math.max(now, tonumber(old or '0') + 1))
redis.call('HSET', KEYS[2], ARGV[1], generation)
redis.call('PEXPIRE', KEYS[2], ARGV[2])
local before = redis.call('GET', KEYS[1]) or '0'
local version = string.format('%.0f', math.max(now, tonumber(before) + 1))
redis.call('SET', KEYS[1], version, 'PX', 86400000)
return {before, version, generation}
