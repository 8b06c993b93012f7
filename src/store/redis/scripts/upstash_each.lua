-- upstash_each.lua: several keys of one limit, each for itself.
-- KEYS: the dynamic limit if 'dynamic', the deny list if 'denied', then those of each key's state.
-- ARGV: algorithm, now, window, refill, limit, ttl (times in ms), 'dynamic' or '', 'denied' or '', 'force' (charge whatever is
--       left) or '', keys of a state; then for each key: the identifier (if 'denied'); then for each key its costs, which
--       are taken one after the other: numbers with " " between them, 2*30 is 2 for thirty times. Nothing for all keys when
--       each has one cost, of 1.
-- Returns the effective limit, and for each key a text: the state as it was found (two numbers, empty: none) and how
-- each cost fared, " " between the three: 1 taken, 0 refused, d on the deny list, w there is something else at this key.

now = tonumber(ARGV[2])
local kind, force, width = ARGV[1], ARGV[9] ~= '', tonumber(ARGV[10])
local next_key, dynamic, denied = 1, nil, nil
if ARGV[7] ~= '' then dynamic, next_key = KEYS[next_key], next_key + 1 end
if ARGV[8] ~= '' then denied, next_key = KEYS[next_key], next_key + 1 end
local limit = effective_limit(dynamic, tonumber(ARGV[5]))
local keys = {}
local state = {algorithm = kind, window = tonumber(ARGV[3]), refill = tonumber(ARGV[4]), ttl = ARGV[6], keys = keys}
local take, save = algorithms[kind].take, algorithms[kind].save
local states = (#KEYS - next_key + 1) / width
local at_costs = denied and 10 + states or 10

-- What `fate(cost)` says of each of them.
local function fates(costs, fate)
  local flags = ''
  for cost, times in string.gmatch(costs, '(%-?%d+)%*?(%d*)') do
    for _ = 1, tonumber(times) or 1 do flags = flags .. fate(tonumber(cost)) end
  end
  return flags
end

local reply = {said(limit)}
for at = 1, states do
  for i = 1, width do keys[i] = KEYS[next_key + i - 1] end
  next_key = next_key + width
  local costs = ARGV[at_costs + at] or '1'

  local flags, first, second = '', '', ''
  if not force and is_denied(denied, ARGV[10 + at]) then
    flags = fates(costs, function() return 'd' end)
  elseif not load_state(state) then
    flags = fates(costs, function() return 'w' end)
  else
    first, second = state.told or said(state.first), said(state.second)
    if costs == '1' then
      flags = take(state, limit, 1, force) and '1' or '0'
    else
      flags = fates(costs, function(cost) return take(state, limit, cost, force) and '1' or '0' end)
    end
    save(state)
  end
  reply[at + 1] = first .. ' ' .. second .. ' ' .. flags
end
return reply
