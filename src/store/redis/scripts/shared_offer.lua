-- shared_offer.lua  Writes settings of which there are none of that name.
-- KEYS: version, settings, denied
-- ARGV: the most settings there may be, then for each: 'SCOPE NAME', its text, its time to live in ms ('' when it stays)
-- Keeps: what is set already stays as it is; a setting is in one of the two; what stays has no TTL, the others go with
-- the last one's end; the version changes when something was written.
-- Returns how many found no room.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', string.format('%.0f', now))
local count = redis.call('HLEN', KEYS[2]) + redis.call('ZCARD', KEYS[3])
local written, no_room = 0, 0
for i = 2, #ARGV, 3 do
  local is_set = redis.call('HEXISTS', KEYS[2], ARGV[i]) == 1 or redis.call('ZSCORE', KEYS[3], ARGV[i])
  if not is_set and count >= tonumber(ARGV[1]) then
    no_room = no_room + 1
  elseif not is_set then
    if ARGV[i + 2] == '' then
      redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
    else
      redis.call('ZADD', KEYS[3], string.format('%.0f', now + tonumber(ARGV[i + 2])), ARGV[i])
    end
    count = count + 1
    written = written + 1
  end
end
if written == 0 then return no_room end
local last = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')
if last[2] then redis.call('PEXPIREAT', KEYS[3], string.format('%.0f', last[2])) end
local before = redis.call('GET', KEYS[1]) or '0'
redis.call('SET', KEYS[1], string.format('%.0f', math.max(time[1] * 1000000 + time[2], tonumber(before) + 1)),
  'PX', 86400000)
return no_room
