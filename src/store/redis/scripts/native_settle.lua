-- native_settle.lua: what is held under an id was used, or some of it.
--   KEYS  the record of the id
--   ARGV  the amount of each part, or one for all
-- Keeps: it applies once. What was not used goes back to where it was held, if that still counts; what was used beyond is
-- charged now.
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

local opened
opened, wrong = counters_of(record)
if wrong then return redis.error_reply(wrong) end
for at, part in ipairs(parts) do
  local counter = opened[at]
  -- An earlier part may have written the same value.
  if at > 1 then counter = counters[sub(part.tag, 1, 1)](part.key, part.tag, tonumber(part.generation), part.rule, 1) end
  local held, used = tonumber(part.amount), tonumber(amounts[at])
  if part.member then
    counter.give_back(held, part.member)
  elseif used > held then
    counter.charge(used - held)
  elseif used < held then
    counter.give_back(held - used, tonumber(record.held_at), part.stamp)
  end
  counter.save()
end
if record.once then
  call('DEL', KEYS[1])
else
  record.settled = settled
  remember(KEYS[1], record)
end
return 0
