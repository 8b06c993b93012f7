-- upstash_deny_list.lua: which of its ARGV, if any, are on the deny list, and whether the list of bad addresses is due.
-- KEYS: PREFIX:denyList:all, PREFIX:ipDenyListStatus.
-- Keeps: of all processes that ask, one finds the list due and has 30 s to fetch it; meanwhile the status is "pending".
-- Returns {1 or 0 for each member, 1 due or 0 not}.

local denied = #ARGV > 0 and redis.call('SMISMEMBER', KEYS[1], unpack(ARGV)) or {}
local due = redis.call('SET', KEYS[2], 'pending', 'NX', 'EX', 30)
return {denied, due and 1 or 0}
