-- upstash_reset_all.lua: one step through the whole keyspace, forgetting the counters of one prefix. For people who ask
-- for it; nothing that serves requests does.
-- KEYS: none. ARGV: cursor, the glob of PREFIX:*, how many keys are kept, those keys, then the longer prefixes of other
-- limits, with their colon.
-- Returns {the next cursor, how many were forgotten}.

local kept = {}
for i = 1, tonumber(ARGV[3]) do kept[ARGV[3 + i]] = true end

local function is_anothers(key)
  for i = 4 + tonumber(ARGV[3]), #ARGV do
    if string.sub(key, 1, #ARGV[i]) == ARGV[i] then return true end
  end
  return false
end

local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 1000)
local forgotten = 0
for _, key in ipairs(found[2]) do
  if not kept[key] and not is_anothers(key) then forgotten = forgotten + redis.call('UNLINK', key) end
end
return {found[1], forgotten}
