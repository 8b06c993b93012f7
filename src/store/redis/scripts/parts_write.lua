-- parts_write.lua  Notes over which parts a call is spread, before the first of them is charged.
-- KEYS: NS:parts:{ID}  ARGV: the parts, time to live in ms
-- Keeps: the first call under an id says how its parts lie; it has a TTL, which never gets shorter.
-- Returns 1, or 0 when the id was used for other parts.
local parts = redis.call('GET', KEYS[1])
if not parts then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return parts == ARGV[1] and 1 or 0
