-- clock.lua: begins every script. `now` is Redis' own time, read once, in whole microseconds since the Unix epoch.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
