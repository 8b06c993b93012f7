-- upstash_region_amend.lua: tells a region of requests that it lacks, or knows wrongly.
-- KEYS: PREFIX:ID:WINDOW. ARGV: ttl (ms); then for each request a word, its id and its rate: 'fill' it in unless it is
-- known here, 'put' it in, 'drop' it.
-- Keeps: the key has a TTL; one that holds something else is left alone. Returns how many fields were changed or new.

local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'hash' and kind ~= 'none' then return 0 end

local commands = {fill = 'HSETNX', put = 'HSET', drop = 'HDEL'}
local changed = 0
for i = 2, #ARGV, 3 do
  local command = commands[ARGV[i]]
  if command == 'HDEL' then
    changed = changed + redis.call(command, KEYS[1], ARGV[i + 1])
  else
    changed = changed + redis.call(command, KEYS[1], ARGV[i + 1], ARGV[i + 2])
  end
end
if redis.call('PTTL', KEYS[1]) == -1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return changed
