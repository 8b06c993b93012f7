-- native_each.lua: several keys of one rule, each for itself, each with costs that are taken one after the other.
--   KEYS  the keys, each once
--   ARGV  0, or 1 to charge whatever is left; tag; generation; three numbers of the rule; for each key its costs: numbers
--         with " " between them, 2*30 is 2 for thirty times. Nothing for all keys when each has one cost, of 1.
-- Keeps: a refused cost changes nothing; every key that is touched has a TTL.
-- Replies one text, as a list would cost Redis more than all the rest: fields with ";" between them. First now: seconds,
-- microseconds; then for each key the state that was found, as its value says it (empty: none), and a 1 or 0 for each
-- cost. A key whose value is not ours is left alone: "?".
local forced, tag, generation = ARGV[1] == '1', ARGV[2], tonumber(ARGV[3])
local own = generation > 0 and tag .. '#' .. ARGV[3] .. ' ' or tag .. ' '
local from = #own + 1
local read, write, take, charge, _, fresh_at = algorithm(ARGV, 4)
local unfold, fold, last_end
local zero
if sub(tag, 1, 1) == 's' then zero = 0 end
local reply, n = {time[1] .. ' ' .. time[2]}, 1

-- What takes costs other than one of 1, made when such come: the state after them, what became of each, and
-- whether any of them changed the state.
local take_costs
local function costs_taker()
  local rep = string.rep
  -- A cost that comes so many times, one after the other.
  local function taken(a, b, c, cost, times)
    -- All of them pass when their sum does, and leave what it leaves.
    if cost > 0 and cost * times < most then
      local x, y, z = take(a, b, c, cost * times)
      if x then return x, y, z, rep('1', times) end
    end
    for time = 1, times do
      local x, y, z = take(a, b, c, cost)
      -- The others find the same.
      if not x then return a, b, c, rep('1', time - 1) .. rep('0', times - time + 1) end
      a, b, c = x, y, z
    end
    return a, b, c, rep('1', times)
  end
  local function charged(a, b, c, cost, times)
    for _ = 1, times do a, b, c = charge(a, b, c, cost) end
    return a, b, c, rep('1', times)
  end
  local function refused(a, b, c, _, times) return a, b, c, rep('0', times) end

  return function(a, b, c, costs, foreign)
    local run = foreign and refused or forced and charged or taken
    local passed, changed = '', false
    for cost, times in gmatch(costs, '(%-?%d+)%*?(%d*)') do
      local x, y, z, these = run(a, b, c, tonumber(cost), tonumber(times) or 1)
      passed = passed .. these
      changed = changed or x ~= a or y ~= b or z ~= c
      a, b, c = x, y, z
    end
    return a, b, c, passed, changed
  end
end

local keys = KEYS
for at = 1, #keys do
  local key, costs = keys[at], ARGV[6 + at] or '1'
  local value = try('GET', key)
  local a, b, c = 0, 0, zero
  local text = ''
  local found  -- what is more than one plain state of ours
  local foreign = false
  if value then
    a = nil
    if type(value) == 'string' and find(value, own, 1, true) == 1 then
      text = sub(value, from)
      a, b, c = read(text, 1)
    end
    if not a then
      if not unfold then unfold, fold, last_end = values() end
      found = unfold(key, value, tag, generation)
      foreign = not found
      text = foreign and '?' or found.state or ''
      if text ~= '' then a, b, c = read(text, 1) end
      if not a then
        a, b, c = 0, 0, zero
        if not foreign then text = '' end
      end
    end
  end
  if found and found.stamp and (fresh_at(a, b, c) or now) <= now then found.stamp = nil end

  local x, y, z, passed, changed
  if costs == '1' and not forced and not foreign then
    x, y, z = take(a, b, c, 1)
    passed = x and '1' or '0'
    if not x then x, y, z = a, b, c end
    changed = x ~= a or y ~= b or z ~= c
  else
    take_costs = take_costs or costs_taker()
    x, y, z, passed, changed = take_costs(a, b, c, costs, foreign)
  end

  reply[n + 1], reply[n + 2] = text, passed
  n = n + 2
  if changed then
    local fresh = fresh_at(x, y, z)
    if found then
      fold(key, tag, found, write(x, y, z), fresh)
    elseif fresh then
      call('PSETEX', key, ttl_of(fresh), own .. write(x, y, z))  -- an argument less than SET PX
    else
      call('DEL', key)
    end
  elseif value and not foreign then
    local fresh = fresh_at(a, b, c)
    ensure_ttl(key, found and last_end(found, fresh) or fresh)
  end
end
return table.concat(reply, ';')
