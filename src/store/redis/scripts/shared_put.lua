-- shared_put.lua  Writes one setting.
-- KEYS: version, settings, denied
-- ARGV: 'SCOPE NAME', its text, its time to live in ms ('' when it stays), the most settings there may be
-- Keeps: a setting is in one of the two; what stays has no TTL, the others go with the last one's end; the version
-- changes with each write and never comes back.
-- Returns {version before, version, 1 when there was such a setting else 0, end in ms or '', now in ms}, or {'full'}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', string.format('%.0f', now))
local existed = redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 or redis.call('ZSCORE', KEYS[3], ARGV[1])
if not existed and redis.call('HLEN', KEYS[2]) + redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[4]) then
  return {'full'}
end
local ends = ''
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[3], ARGV[1])
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
else
  ends = string.format('%.0f', now + tonumber(ARGV[3]))
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('ZADD', KEYS[3], ends, ARGV[1])
end
local last = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')
if last[2] then redis.call('PEXPIREAT', KEYS[3], string.format('%.0f', last[2])) end
local before = redis.call('GET', KEYS[1]) or '0'
local version = string.format('%.0f', math.max(time[1] * 1000000 + time[2], tonumber(before) + 1))
redis.call('SET', KEYS[1], version, 'PX', 86400000)
return {before, version, existed and 1 or 0, ends, string.format('%.0f', now)}
