-- upstash_undo.lua: an attempt at a call over several slots of a Cluster failed in another one: what it was granted
-- here is as if it had not asked.
-- KEYS: the record of the id. ARGV: the attempt.
-- Keeps: what another attempt under the same id relies on stays; no counter falls below 0, no bucket rises above its
-- limit, no key that is gone comes back. When nobody relies on it any more, the id is forgotten: it charges afresh.
-- Returns 1 when the attempt was undone, else 0.

local text = redis.call('GET', KEYS[1])
local record = text and cjson.decode(text)
if not record or not record.attempts then return 0 end
local found
for at, attempt in ipairs(record.attempts) do
  if attempt == ARGV[1] then found = at end
end
if not found then return 0 end
table.remove(record.attempts, found)
if #record.attempts > 0 then
  redis.call('SET', KEYS[1], cjson.encode(record), 'KEEPTTL')
  return 1
end

for _, part in ipairs(record.parts) do
  local kind, key, back, limit = part[1], part[2], tonumber(part[3]), tonumber(part[4])
  if kind == 'token_bucket' then
    local tokens = tonumber(redis.call('HGET', key, 'tokens') or '')
    if tokens and back ~= 0 then redis.call('HSET', key, 'tokens', math.min(limit, tokens + back)) end
  else
    local used = tonumber(redis.call('GET', key) or '')
    if used and back ~= 0 then redis.call('INCRBY', key, -math.min(back, math.max(0, used))) end
  end
end
redis.call('DEL', KEYS[1])
return 1
