-- native_gcra.lua: as src/limits/gcra.hpp, for gcra and token_bucket. State: the theoretical arrival time in whole
-- microseconds, and parts of one. Rule: burst, and p, q: a unit takes p/q microseconds, in lowest terms; a part is 1/q.
-- Exact: nothing is ever rounded, but that a state of another rate has its parts rounded up to a whole microsecond.
-- The functions are those of native_fixed_window.lua.
local function gcra(rule, at)
  local burst, p, q = tonumber(rule[at]), tonumber(rule[at + 1]), tonumber(rule[at + 2])
  local one, one_parts = scaled(1, p, q)
  local span, span_parts = scaled(burst, p, q)

  local function read(text, from)
    local arrival = tonumber(from == 1 and text or sub(text, from))
    if arrival then return arrival, 0 end
    local whole, parts, of = match(text, '^(%d+) (%d+) (%d+)$', from)
    if not whole then return nil end
    if tonumber(of) == q then return tonumber(whole), tonumber(parts) end
    return whole + 1, 0
  end
  local function write(arrival, parts)
    if parts == 0 then return format(digits, arrival) end
    return format(digits .. ' ' .. digits .. ' ' .. digits, arrival, parts, q)
  end
  local function plus(whole, parts, more, more_parts)
    if parts >= q - more_parts then return whole + more + 1, parts - (q - more_parts) end
    return whole + more, parts + more_parts
  end
  local function charge(arrival, parts, _, amount)
    if amount > 0 then
      local more, more_parts = scaled(amount, p, q)
      if arrival < now then arrival, parts = now, 0 end
      if more >= most - arrival then return most, 0 end
      return plus(arrival, parts, more, more_parts)
    end
    local ahead = arrival - now
    if amount == 0 or ahead < 0 or (ahead == 0 and parts == 0) then return arrival, parts end
    local back, back_parts = scaled(-amount, p, q)
    if back > ahead or (back == ahead and back_parts >= parts) then return now, 0 end
    if parts >= back_parts then return arrival - back, parts - back_parts end
    return arrival - back - 1, parts + (q - back_parts)
  end
  local function take(arrival, parts, _, cost)
    if cost < 0 then return charge(arrival, parts, nil, cost) end
    if cost > burst then return nil end
    local need, need_parts = one, one_parts
    if cost > 1 then need, need_parts = scaled(cost, p, q) end
    local from, from_parts = arrival, parts
    if from < now then from, from_parts = now, 0 end
    if from - now > span then return nil end
    local ahead, ahead_parts = plus(from - now, from_parts, need, need_parts)
    if ahead > span or (ahead == span and ahead_parts > span_parts) then return nil end
    if cost == 0 then return arrival, parts end
    return now + ahead, ahead_parts
  end
  -- A bucket's window is the time it takes to fill.
  local function give_back(arrival, parts, _, amount, held_at)
    local past = now - held_at
    if past > span or (past == span and span_parts == 0) then return arrival, parts end
    return charge(arrival, parts, nil, -amount)
  end
  local function fresh_at(arrival, parts)
    if arrival == 0 then return nil end
    return parts > 0 and arrival + 1 or arrival
  end
  return read, write, take, charge, give_back, fresh_at
end
