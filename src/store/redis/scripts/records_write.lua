-- records_write.lua  Writes and removes records of one group.
-- KEYS: bytes and index of the group, two hashes by name
-- ARGV: time to live in ms, then of each record name, version and bytes; empty bytes remove it
-- Keeps: a version never goes back, so that a late write is none; both hashes have a TTL, which never gets shorter.
-- Returns 1 when there was nothing of the group before, else 0.
local begun = redis.call('EXISTS', KEYS[2]) == 0 and 1 or 0
local function keep(key)
  if redis.call('PTTL', key) < tonumber(ARGV[1]) then redis.call('PEXPIRE', key, ARGV[1]) end
end
local written = {}
for at = 2, #ARGV, 3 do
  local name, version, bytes = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local known = redis.call('HGET', KEYS[2], name)
  known = known and tonumber(string.match(known, '^%d+')) or 0
  if tonumber(version) > known then
    if bytes == '' then
      redis.call('HDEL', KEYS[1], name)
      redis.call('HDEL', KEYS[2], name)
    else
      redis.call('HSET', KEYS[1], name, bytes)
      keep(KEYS[1])
      written[#written + 1] = name
      written[#written + 1] = version .. ' ' .. #bytes
    end
  end
end
for at = 1, #written, 2 do redis.call('HSET', KEYS[2], written[at], written[at + 1]) end
keep(KEYS[1])
keep(KEYS[2])
return begun
