-- upstash_region_repair.lua: gives a region the request ids it lacks, and takes one away that was refused elsewhere.
-- KEYS: PREFIX:ID:WINDOW. ARGV: ttl (ms), an id to forget or '', then pairs of request id and rate.
-- Keeps: what the region knows of an id stays; the key has a TTL. Returns how many ids were new.

local new = 0
for i = 3, #ARGV, 2 do new = new + redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
if ARGV[2] ~= '' then redis.call('HDEL', KEYS[1], ARGV[2]) end
if redis.call('PTTL', KEYS[1]) == -1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return new
