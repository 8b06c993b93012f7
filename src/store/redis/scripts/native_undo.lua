-- native_undo.lua: an attempt at a call failed elsewhere: what it was granted here is as if it had not asked.
--   KEYS  the record of the id
--   ARGV  the attempt
-- Keeps: what another attempt under the same id relies on, or what has been settled, stays. When nobody relies on it
-- any more, all parts go back to where they were held and the id is forgotten: it charges afresh.
-- Replies 0, or 1: nothing is granted to this attempt.
local record, wrong = record_of(KEYS[1])
if wrong then return redis.error_reply(wrong) end
if not record then return 1 end
local attempts = not record.settled and record.attempts or {}
local found
for at, attempt in ipairs(attempts) do
  if attempt == ARGV[1] then found = at end
end
if not found then
  ensure_ttl(KEYS[1], tonumber(record.forget_at))
  return 1
end
table.remove(attempts, found)
if #attempts > 0 then
  remember(KEYS[1], record)
  return 0
end
local nothing = {}
for at = 1, #record.parts do nothing[at] = 0 end
wrong = use_held(record, nothing)
if wrong then return redis.error_reply(wrong) end
call('DEL', KEYS[1])
return 0
