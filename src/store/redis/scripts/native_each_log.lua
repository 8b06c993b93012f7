-- native_each_log.lua: native_each.lua for sliding_log, whose state is too much to reply.
--   KEYS, ARGV  as there
-- Replies a text like that, but with two fields for each cost: four numbers, used before it, when the key is as good as
-- new after it (if it passed) and as it was, when the cost passes if it did not (0: never); and 1 or 0.
local forced = ARGV[1] == '1'
local reply, n = {time[1] .. ' ' .. time[2]}, 1

local function each_cost(costs)
  local next_run, cost, left = gmatch(costs, '(%-?%d+)%*?(%d*)'), nil, 0
  return function()
    if left == 0 then
      local times
      cost, times = next_run()
      if not cost then return nil end
      cost, left = tonumber(cost), tonumber(times) or 1
    end
    left = left - 1
    return cost
  end
end

for at = 1, #KEYS do
  local log = sliding_log(KEYS[at], ARGV[2], tonumber(ARGV[3]), ARGV, 4)
  for cost in each_cost(ARGV[6 + at] or '1') do
    local passed = log and (forced or log.passes(cost))
    local told = {}
    reply[n + 1] = '?'
    if log then
      log.tell(told, 0, cost)
      reply[n + 1] = format('%.0f %.0f %.0f %.0f', told[1], told[2], told[3], told[4])
    end
    if passed then log.charge(cost) end
    n = n + 2
    reply[n] = passed and '1' or '0'
  end
  if log then log.save() end
end
return table.concat(reply, ';')
