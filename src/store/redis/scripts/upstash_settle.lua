-- upstash_settle.lua: gives back what a held call did not use, or charges what it used beyond. A Cluster needs it to take
-- back the part of a call that another slot has refused.
-- KEYS: the record of the id. ARGV: one amount for each check, or one for all.
-- Keeps: it is applied once; no counter falls below 0, no bucket rises above its limit, no key that is gone comes back.
-- Returns 'settled', 'unknown' or 'conflict' (it was settled with other amounts).

local text = redis.call('GET', KEYS[1])
local record = text and cjson.decode(text)
if not record or not record.parts then return 'unknown' end
if #ARGV ~= 1 and #ARGV ~= #record.parts then return 'conflict' end
local amounts = {}
for i = 1, #record.parts do amounts[i] = ARGV[i] or ARGV[1] end
local given = table.concat(amounts, ' ')
if record.settled then return record.settled == given and 'settled' or 'conflict' end

for i, part in ipairs(record.parts) do
  local kind, key, back = part[1], part[2], tonumber(part[3]) - tonumber(amounts[i])
  local limit, window, refill = tonumber(part[4]), tonumber(part[5]), tonumber(part[6])
  if kind == 'token_bucket' then
    local tokens = tonumber(redis.call('HGET', key, 'tokens') or '')
    if tokens and back ~= 0 then
      tokens = math.min(limit, tokens + back)
      redis.call('HSET', key, 'tokens', tokens)
      if back < 0 then redis.call('PEXPIRE', key, math.ceil((limit - tokens) / refill) * window) end
    end
  else
    local used = tonumber(redis.call('GET', key) or '')
    if used and back ~= 0 then redis.call('INCRBY', key, -math.min(back, math.max(0, used))) end
  end
end
record.settled = given
redis.call('SET', KEYS[1], cjson.encode(record), 'KEEPTTL')
return 'settled'
