-- upstash_region_each.lua: several keys of one limit that several regions keep, each for itself.
-- KEYS: the deny list if 'denied', then those of each key's state.
-- ARGV: algorithm, now, window, refill, limit, ttl (times in ms), '', 'denied' or '', 'force' (charge whatever is left) or '',
--       keys of a state; then for each key: the identifier, how many costs, the costs, each with the name of its request
--       after it, which are taken one after the other.
-- Returns for each key four texts, the limit, the state as it was found (two numbers, empty: none), and how each cost fared
-- (1 taken, 0 refused, d on the deny list, w there is something else at this key), and the fields of the window now; nil
-- when they were not read.

now = tonumber(ARGV[2])
local kind, window, limit, ttl = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[5]), ARGV[6]
local denied, next_key = nil, 1
if ARGV[8] ~= '' then denied, next_key = KEYS[1], 2 end
local force, width = ARGV[9] ~= '', tonumber(ARGV[10])

local reply = {}
local at = 11
while at <= #ARGV do
  local identifier, count = ARGV[at], tonumber(ARGV[at + 1])
  local state = {algorithm = kind, window = window, ttl = ttl, keys = {}}
  for i = 1, width do state.keys[i] = KEYS[next_key + i - 1] end
  next_key = next_key + width

  local flags, first, second = {}, nil, nil
  if not force and is_denied(denied, identifier) then
    for i = 1, count do flags[i] = 'd' end
  elseif not load_state(state) then
    for i = 1, count do flags[i] = 'w' end
  else
    first, second = state.first, state.second
    for i = 1, count do
      local cost, name = ask_in(ARGV[at + 1 + i])
      flags[i] = algorithms[kind].take(state, limit, cost, force, name) and '1' or '0'
    end
    algorithms[kind].save(state)
  end
  local place = #reply
  reply[place + 1], reply[place + 2], reply[place + 3] = said(limit), said(first), said(second)
  reply[place + 4], reply[place + 5] = table.concat(flags), first and state.fields or false
  at = at + 2 + count
end
return reply
