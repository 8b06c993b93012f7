-- upstash_settings.lua: what has been set for a limit in @upstash/ratelimit's own keys. For people who look.
-- KEYS: PREFIX:dynamic:global, PREFIX:denyList:all, PREFIX:denyList:ipDenyList.
-- ARGV: how many members of the deny list to tell at most.
-- Returns {the dynamic limit as it is written or '', the members that are not of the list of addresses}.

local limit = redis.pcall('GET', KEYS[1])
local denied = redis.pcall('SDIFF', KEYS[2], KEYS[3])
local told = {}
for at = 1, math.min(#denied, tonumber(ARGV[1])) do told[at] = denied[at] end
return {type(limit) == 'string' and limit or '', told}
