-- native_each.lua: several keys of one rule, each for itself, each with costs that are taken one after the other.
--   KEYS  the keys, each once
--   ARGV  0, or 1 to charge whatever is left; tag; generation; three numbers of the rule; for each key its costs
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

for at = 1, #KEYS do
  local key = KEYS[at]
  local value = try('GET', key)
  local a, b, c = 0, 0, zero
  local text = ''
  local found  -- what is more than one plain state of ours
  local foreign = false
  if value then
    a = nil
    if type(value) == 'string' and sub(value, 1, from - 1) == own then
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
  local changed, passed = false, ''
  local costs = ARGV[6 + at]
  local cost, next_cost = tonumber(costs), nil
  if not cost then
    next_cost = gmatch(costs, '%-?%d+')
    cost = tonumber(next_cost() or nil)
  end
  if found and found.stamp and (fresh_at(a, b, c) or now) <= now then found.stamp = nil end
  while cost do
    local x, y, z
    if foreign then
      x = nil
    elseif forced then
      x, y, z = charge(a, b, c, cost)
    else
      x, y, z = take(a, b, c, cost)
    end
    if x then
      passed = passed .. '1'
      changed = changed or x ~= a or y ~= b or z ~= c
      a, b, c = x, y, z
    else
      passed = passed .. '0'
    end
    cost = next_cost and tonumber(next_cost() or nil)
  end

  reply[n + 1], reply[n + 2] = text, passed
  n = n + 2
  if changed then
    local fresh = fresh_at(a, b, c)
    if found then
      fold(key, tag, found, write(a, b, c), fresh)
    elseif fresh then
      call('SET', key, own .. write(a, b, c), 'PX', ttl_of(fresh))
    else
      call('DEL', key)
    end
  elseif value and not foreign then
    local fresh = fresh_at(a, b, c)
    ensure_ttl(key, found and last_end(found, fresh) or fresh)
  end
end
return table.concat(reply, ';')
