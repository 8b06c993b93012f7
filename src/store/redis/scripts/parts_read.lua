-- parts_read.lua  Over which parts a call was spread.
-- KEYS: NS:parts:{ID}  ARGV: the least time in ms that it is to live from now on, or 0; and where it has lost its TTL
-- Returns what parts_write.lua noted, or nil.
local parts = redis.call('GET', KEYS[1])
if parts then
  local left = redis.call('PTTL', KEYS[1])
  local least = left == -1 and ARGV[2] or ARGV[1]
  if left < tonumber(least) then redis.call('PEXPIRE', KEYS[1], least) end
end
return parts
