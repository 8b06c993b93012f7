-- upstash_each.lua: several keys of one limit, each for itself.
-- KEYS: the dynamic limit if 'dynamic', the deny list if 'denied', then those of each key's state.
-- ARGV: algorithm, now, window, refill, limit, ttl (times in ms), 'dynamic' or '', 'denied' or '', 'force' (charge whatever is
--       left) or '', keys of a state; then for each key: the identifier, how many costs, the costs, which are taken one after the other.
-- Returns for each key four texts: the effective limit, the state as it was found (two numbers, empty: none), and how
-- each cost fared: 1 taken, 0 refused, d on the deny list, w there is something else at this key.

now = tonumber(ARGV[2])
local kind, window, refill, ttl = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[6])
local next_key, dynamic, denied = 1, nil, nil
if ARGV[7] ~= '' then dynamic, next_key = KEYS[next_key], next_key + 1 end
if ARGV[8] ~= '' then denied, next_key = KEYS[next_key], next_key + 1 end
local limit = effective_limit(dynamic, tonumber(ARGV[5]))
local force, width = ARGV[9] ~= '', tonumber(ARGV[10])

local reply = {}
local at = 11
while at <= #ARGV do
  local identifier, count = ARGV[at], tonumber(ARGV[at + 1])
  local state = {algorithm = kind, window = window, refill = refill, ttl = ttl, keys = {}}
  for i = 1, width do state.keys[i] = KEYS[next_key + i - 1] end
  next_key = next_key + width

  local flags = {}
  local first, second
  if not force and is_denied(denied, identifier) then
    for i = 1, count do flags[i] = 'd' end
  elseif not load_state(state) then
    for i = 1, count do flags[i] = 'w' end
  else
    first, second = state.first, state.second
    for i = 1, count do
      local taken = algorithms[kind].take(state, {limit = limit, cost = tonumber(ARGV[at + 1 + i]), force = force})
      flags[i] = taken and '1' or '0'
    end
    algorithms[kind].save(state)
  end
  local place = #reply
  reply[place + 1], reply[place + 2], reply[place + 3] = said(limit), said(first), said(second)
  reply[place + 4] = table.concat(flags)
  at = at + 2 + count
end
return reply
