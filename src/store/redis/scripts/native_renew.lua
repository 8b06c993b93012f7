-- native_renew.lua: a reservation lives on.
--   KEYS  the record of the id
--   ARGV  lease
-- Replies 0, or 1: no such id, or its lease has ended, or nothing is held under it any more.
local record, wrong = record_of(KEYS[1])
if wrong then return redis.error_reply(wrong) end
if not record then return 1 end
if not record.granted or record.settled or #record.parts == 0 or tonumber(record.lease_end) <= now then
  ensure_ttl(KEYS[1], tonumber(record.forget_at))
  return 1
end
local opened
opened, wrong = counters_of(record)
if wrong then return redis.error_reply(wrong) end
local lease_end = math.min(most, now + tonumber(ARGV[1]))
for at, part in ipairs(record.parts) do
  if part.member then
    local counter = counters.c(part.key, part.tag, tonumber(part.generation), part.rule, 1)
    counter.renew(part.member, lease_end)
    counter.save()
  else
    opened[at].save()
  end
end
record.lease_end = format('%.0f', lease_end)
record.forget_at = format('%.0f', math.max(tonumber(record.forget_at), lease_end))
remember(KEYS[1], record)
return 0
