-- native_each_log.lua: native_each.lua for sliding_log, whose state is too much to reply.
--   KEYS, ARGV  as there
-- Replies one list: now; for each key, for each cost: used before it, when the key is as good as new after it (if it
-- passed) and as it was, when the cost passes if it did not (0: never), 1 or 0. Used is -1 where the value is not ours.
local forced = ARGV[1] == '1'
local reply, n = {now}, 1
for at = 1, #KEYS do
  local log = sliding_log(KEYS[at], ARGV[2], tonumber(ARGV[3]), ARGV, 4)
  for cost in gmatch(ARGV[6 + at], '%-?%d+') do
    cost = tonumber(cost)
    local passed = log and (forced or log.passes(cost))
    if log then
      n = log.tell(reply, n, cost) + 1
    else
      reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4] = -1, 0, 0, 0
      n = n + 5
    end
    if passed then log.charge(cost) end
    reply[n] = passed and 1 or 0
  end
  if log then log.save() end
end
return reply
