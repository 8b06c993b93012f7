-- upstash_region.lua: one region's part of a limit that several regions keep: a set of request ids a window.
-- KEYS: PREFIX:ID:WINDOW, a hash of request id -> rate; of a sliding window that of the window before, too.
-- ARGV: now, window, ttl (ms), limit, request id, cost.
-- Keeps: the sum of the rates <= limit at every admission; nothing is written when the cost is refused; the key has a
-- TTL, set when the sum rises from 0. A cost below 0 gives back no more than there is.
-- Returns {1 taken or 0 refused, the rate that was written, the fields as they were, those of the window before}.

local function sum_of(fields)
  local sum = 0
  for i = 2, #fields, 2 do sum = sum + (tonumber(fields[i]) or 0) end
  return sum
end

local now, window, ttl = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local limit, cost = tonumber(ARGV[4]), tonumber(ARGV[6])
local current = redis.call('HGETALL', KEYS[1])
local previous = KEYS[2] and redis.call('HGETALL', KEYS[2]) or {}
local sum = sum_of(current)
local used = sum_of(previous) * (1 - (now % window) / window) + sum

local taken
if cost > 0 then
  taken = used + cost <= limit
elseif cost == 0 then
  taken = used <= limit
else
  taken = true
  cost = -math.min(-cost, math.max(0, sum))
end
if taken and cost ~= 0 then
  redis.call('HSET', KEYS[1], ARGV[5], cost)
  if sum == 0 then redis.call('PEXPIRE', KEYS[1], ttl) end
end
if redis.call('PTTL', KEYS[1]) == -1 then redis.call('PEXPIRE', KEYS[1], ttl) end
return {taken and 1 or 0, taken and cost or 0, current, previous}
