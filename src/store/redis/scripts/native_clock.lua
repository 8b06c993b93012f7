-- native_clock.lua: begins every script of the native layout. `now` is Redis' own time, read once, in whole
-- microseconds since the Unix epoch. So are all times in Redis.
local call, try = redis.call, redis.pcall
local sub, match, gmatch, format = string.sub, string.match, string.gmatch, string.format
local time = call('TIME')
local now = time[1] * 1000000 + time[2]
