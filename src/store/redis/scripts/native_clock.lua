-- native_clock.lua: begins every script of the native layout. `now` is Redis' own time, read once, in whole
-- microseconds since the Unix epoch. So are all times in Redis.
local call, try = redis.call, redis.pcall
local sub, find, match, gmatch, format = string.sub, string.find, string.match, string.gmatch, string.format
-- How a whole number is written: %d is twice as fast as %.0f, where it does not end at 32 bits.
local digits = format('%d', 4294967296) == '4294967296' and '%d' or '%.0f'
local time = call('TIME')
local now = time[1] * 1000000 + time[2]
