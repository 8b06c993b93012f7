-- native_sliding_window.lua: as src/limits/sliding_window.hpp. State: start of the window, its count, that of the window
-- before. Rule: limit, length, where windows start. The functions are those of native_fixed_window.lua.
local function sliding_window(rule, at)
  local limit, period, phase = tonumber(rule[at]), tonumber(rule[at + 1]), tonumber(rule[at + 2])
  local elapsed = (now - phase) % period
  local start, left = now - elapsed, period - elapsed
  local two = digits .. ' ' .. digits
  local this = format(digits, start) .. ' '  -- how a state of this window begins, as most do

  local function read(text, from)
    if find(text, this, from, true) == from then
      local current, previous = match(text, '^(%d+) (%d+)$', from + #this)
      if not current then return nil end
      return start, tonumber(current), tonumber(previous)
    end
    local begun, current, previous = match(text, '^(%-?%d+) (%d+) (%d+)$', from)
    return tonumber(begun), tonumber(current), tonumber(previous)
  end
  local function write(begun, current, previous)
    return (begun == start and this or format(digits, begun) .. ' ') .. format(two, current, previous)
  end
  -- The state in the window of now, and how much of that window is left. A clock that stepped back into an earlier
  -- window is taken to stand at the later one's start.
  local function roll(begun, current, previous)
    if begun == start then return begun, current, previous, left end
    if current == 0 and previous == 0 then return start, 0, 0, left end
    if begun > start then return begun, current, previous, period end
    return start, 0, start - begun <= period and current or 0, left
  end
  local function add(current, previous, amount)
    if amount > most - current then return most, previous end
    local sum = current + amount
    if sum >= 0 then return sum, previous end
    return 0, math.max(0, previous + sum)
  end
  local function charge(begun, current, previous, amount)
    local into, now_used, before = roll(begun, current, previous)
    if amount == 0 or (amount < 0 and now_used == 0 and before == 0) then return begun, current, previous end
    return into, add(now_used, before, amount)
  end
  -- previous * left / period <= room, exactly: by products where a double holds them or they lie far apart.
  local function fits(previous, of_window, room)
    if room < 0 then return false end
    local weight, space = previous * of_window, room * period
    if (weight < most and space < most) or weight * 0.999999 > space or weight < space * 0.999999 then
      return weight <= space
    end
    local whole, rest = scaled(previous, of_window, period)
    return (rest > 0 and whole + 1 or whole) <= room
  end
  local function take(begun, current, previous, cost)
    if cost < 0 then return charge(begun, current, previous, cost) end
    local into, now_used, before, of_window = roll(begun, current, previous)
    if cost > limit or not fits(before, of_window, limit - (cost == 0 and 1 or cost) - now_used) then return nil end
    if cost == 0 then return begun, current, previous end
    return into, now_used + cost, before
  end
  local function give_back(begun, current, previous, amount, held_at)
    local into, now_used, before = roll(begun, current, previous)
    local held_in = held_at - (held_at - phase) % period
    if held_in == into and now_used > 0 then return into, math.max(0, now_used - amount), before end
    if held_in < into and into - held_in <= period and before > 0 then
      return into, now_used, math.max(0, before - amount)
    end
    return begun, current, previous
  end
  local function fresh_at(begun, current, previous)
    if current > 0 then return begun + 2 * period end
    return previous > 0 and begun + period or nil
  end
  return read, write, take, charge, give_back, fresh_at
end
