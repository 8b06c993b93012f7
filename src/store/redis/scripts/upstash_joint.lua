-- upstash_joint.lua: several limits as one: all are charged, or none.
-- KEYS: for each check the dynamic limit if 'dynamic', the deny list if 'denied', and those of its state; at the end
--       the record of the id, if there is an id.
-- ARGV: now, the question (who asks for what: the same id with another one is a conflict) or '' without an id, how
--       long an id is remembered in ms, 'once' or '', the attempt when it may be undone, 'look' (nothing is
--       charged) or ''; then for each check: algorithm, window, refill, limit, ttl (times in ms), 'dynamic' or '', 'denied'
--       or '', keys of a state, the identifier, the cost.
-- Returns 'conflict', or 'decided' or 'repeated' and the time of the (first) decision, and then for each check four texts
-- as upstash_each.lua does, the state being the one that earlier checks of this call leave. Over several regions a fifth
-- item, the fields of the window now, but for a repetition; nil when they were not read.

now = tonumber(ARGV[1])
local question, remembered, once = ARGV[2], tonumber(ARGV[3]), ARGV[4] ~= ''
local record = question ~= '' and KEYS[#KEYS] or nil

if record then
  local known = redis.call('GET', record)
  if known then
    local answer = cjson.decode(known)
    if answer.question ~= question then return {'conflict'} end
    if answer.attempts and ARGV[5] ~= '' then
      -- What is granted is granted to this attempt, too; one too many is for good.
      if #answer.attempts == 8 then answer.attempts = nil else answer.attempts[#answer.attempts + 1] = ARGV[5] end
      redis.call('SET', record, cjson.encode(answer), 'KEEPTTL')
    end
    answer.reply[1] = 'repeated'
    return answer.reply
  end
end

local states, order, parts, asked = {}, {}, {}, {}
local reply, all, good = {'decided', ARGV[1]}, true, true
local next_key = 1
for at = 6, #ARGV, 10 do
  local kind, limit = ARGV[at], tonumber(ARGV[at + 3])
  local cost, request = ask_in(ARGV[at + 9])
  local dynamic, denied
  if ARGV[at + 5] ~= '' then dynamic, next_key = KEYS[next_key], next_key + 1 end
  if ARGV[at + 6] ~= '' then denied, next_key = KEYS[next_key], next_key + 1 end
  limit = effective_limit(dynamic, limit)

  local name = KEYS[next_key]
  local state = states[name]
  if not state then
    state = {algorithm = kind, window = tonumber(ARGV[at + 1]), refill = tonumber(ARGV[at + 2]),
             ttl = ARGV[at + 4], keys = {}}
    for i = 1, tonumber(ARGV[at + 7]) do state.keys[i] = KEYS[next_key + i - 1] end
    state.good = load_state(state)
    states[name] = state
    order[#order + 1] = state
  end
  next_key = next_key + tonumber(ARGV[at + 7])

  local first, second, flag = nil, nil, nil
  if is_denied(denied, ARGV[at + 8]) then
    flag = 'd'
  elseif not state.good or state.algorithm ~= kind then
    flag, good = 'w', false
  else
    first, second = state.first, state.second
    flag = algorithms[kind].take(state, limit, cost, false, request) and '1' or '0'
  end
  all = all and flag == '1'
  parts[#parts + 1] = {kind, name, said(cost), said(limit)}  -- texts: JSON rounds
  local place = #reply
  reply[place + 1], reply[place + 2], reply[place + 3], reply[place + 4] = said(limit), said(first), said(second), flag
  if by_name then reply[place + 5] = false end
  asked[#asked + 1] = state
end

if all and ARGV[5] ~= 'look' then
  for _, state in ipairs(order) do algorithms[state.algorithm].save(state) end
end
if record and good and (all or not once) then
  local known = {question = question, reply = reply}
  if all and ARGV[5] ~= '' then known.parts, known.attempts = parts, {ARGV[5]} end
  redis.call('SET', record, cjson.encode(known), 'PX', remembered)
end
if by_name then
  for i, state in ipairs(asked) do reply[2 + 5 * i] = state.good and state.fields or false end
end
return reply
