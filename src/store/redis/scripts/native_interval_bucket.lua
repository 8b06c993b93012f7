-- native_interval_bucket.lua: as src/limits/interval_bucket.hpp. State: when it was last refilled, units used.
-- Rule: burst, units that come back in each interval, its length. The functions are those of native_fixed_window.lua.
local function interval_bucket(rule, at)
  local burst, count, interval = tonumber(rule[at]), tonumber(rule[at + 1]), tonumber(rule[at + 2])
  local two = digits .. ' ' .. digits

  local function read(text, from)
    local refilled, used = match(text, '^(%-?%d+) (%d+)$', from)
    return tonumber(refilled), tonumber(used)
  end
  local function write(refilled, used) return format(two, refilled, used) end
  -- A clock that stepped back before the last refill brings nothing until it is there again.
  local function refill(refilled, used)
    if used == 0 then return now, 0 end
    if now <= refilled then return refilled, used end
    local past = now - refilled
    local intervals = (past - past % interval) / interval
    if intervals * count >= used then return now, 0 end
    return refilled + intervals * interval, used - intervals * count
  end
  local function charge(refilled, used, _, amount)
    local since, owed = refill(refilled, used)
    local after = amount > most - owed and most or math.max(0, owed + amount)
    if after == owed then return refilled, used end
    if after == 0 then return 0, 0 end
    return since, after
  end
  local function take(refilled, used, _, cost)
    if cost < 0 then return charge(refilled, used, nil, cost) end
    local since, owed = refill(refilled, used)
    if cost > burst or owed > burst - (cost == 0 and 1 or cost) then return nil end
    if cost == 0 then return refilled, used end
    return since, owed + cost
  end
  -- When `units` more have come back.
  local function back_at(since, units)
    local rest = units % count
    return math.min(most, since + ((units - rest) / count + (rest > 0 and 1 or 0)) * interval)
  end
  local function give_back(refilled, used, _, amount, held_at)
    if now >= back_at(held_at, burst) then return refilled, used end
    return charge(refilled, used, nil, -amount)
  end
  local function fresh_at(refilled, used)
    if used == 0 then return nil end
    return back_at(refilled, used)
  end
  return read, write, take, charge, give_back, fresh_at
end
