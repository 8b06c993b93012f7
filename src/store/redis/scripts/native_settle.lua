-- native_settle.lua: what is held under an id was used, or some of it.
--   KEYS  the record of the id
--   ARGV  the amount of each part, or one for all
-- Keeps: it applies once, as native_held.lua says.
-- Replies 0: done, or was done before with the same amounts; 1: no such id; 2: it was settled with other amounts.
local record, wrong = record_of(KEYS[1])
if wrong then return redis.error_reply(wrong) end
if not record or not record.granted then return 1 end
local parts = record.parts
if #parts == 0 and record.lease_end == record.held_at then return 1 end
if #parts > 0 and #ARGV ~= 1 and #ARGV ~= #parts then return 2 end
local amounts = {}
for at = 1, math.max(1, #parts, #ARGV) do amounts[at] = ARGV[at] or ARGV[1] end
local settled = table.concat(amounts, ' ')
if record.settled then
  ensure_ttl(KEYS[1], tonumber(record.forget_at))
  return record.settled == settled and 0 or 2
end

wrong = use_held(record, amounts)
if wrong then return redis.error_reply(wrong) end
if record.once then
  call('DEL', KEYS[1])
else
  record.settled = settled
  remember(KEYS[1], record)
end
return 0
