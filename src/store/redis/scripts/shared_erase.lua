-- shared_erase.lua  Takes one setting away.
-- KEYS: version, settings, denied  ARGV: 'SCOPE NAME'
-- Keeps: the version changes when there was one; the TTL of those that end is the last one's end.
-- Returns {version before, version, 1 when there was such a setting else 0}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', string.format('%.0f', now))
local before = redis.call('GET', KEYS[1]) or '0'
if redis.call('HDEL', KEYS[2], ARGV[1]) + redis.call('ZREM', KEYS[3], ARGV[1]) == 0 then return {before, before, 0} end
local last = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')
if last[2] then redis.call('PEXPIREAT', KEYS[3], string.format('%.0f', last[2])) end
local version = string.format('%.0f', math.max(time[1] * 1000000 + time[2], tonumber(before) + 1))
redis.call('SET', KEYS[1], version, 'PX', 86400000)
return {before, version, 1}
