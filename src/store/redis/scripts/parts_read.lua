-- parts_read.lua  Over which parts a call was spread.
-- KEYS: NS:parts:{ID}  ARGV: the least time in ms that it is to live from now on, or 0
-- Returns what parts_write.lua noted, or nil.
local parts = redis.call('GET', KEYS[1])
if parts and ARGV[1] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[1], 'GT') end
return parts
