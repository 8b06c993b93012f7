-- native_fixed_window.lua: as src/limits/fixed_window.hpp. State: start of the window, count.
--
-- This file and its like make a rule from three numbers (here: limit; length, or -1 and -12 for months and years; where
-- windows start) and answer six functions over a state of up to three numbers, all zero when never seen:
--   read(text, from)                     the state, or nil when the text says more or something else
--   write(state)                         its text
--   take(state, cost)                    the state after a cost that passes, or nil; of cost 0 the state as it is
--   charge(state, amount)                whatever is left; gives back when the amount is negative
--   give_back(state, amount, held_at)    to where it was held, if that still counts
--   fresh_at(state)                      when it will be as good as new; nil: it is
local function fixed_window(rule, at)
  local limit, period, phase = tonumber(rule[at]), tonumber(rule[at + 1]), tonumber(rule[at + 2])
  local function window_of(moment)
    if period < 0 then return calendar_window(moment, -period, phase) end
    local start = moment - (moment - phase) % period
    return start, start + period
  end
  local start = window_of(now)
  local this = format(digits, start) .. ' '  -- how a state of this window begins, as most do

  local function read(text, from)
    if find(text, this, from, true) == from then
      local count = match(text, '^%d+$', from + #this)
      if not count then return nil end
      return start, tonumber(count)
    end
    local begun, count = match(text, '^(%-?%d+) (%d+)$', from)
    return tonumber(begun), tonumber(count)
  end
  local function write(begun, count)
    return (begun == start and this or format(digits, begun) .. ' ') .. format(digits, count)
  end
  -- A clock that stepped back into an earlier window goes on counting in the later one.
  local function roll(begun, count)
    if count == 0 or begun < start then return start, 0 end
    return begun, count
  end
  local function charge(begun, count, _, amount)
    local into, used = roll(begun, count)
    local after = amount > most - used and most or math.max(0, used + amount)
    if after == used then return begun, count end
    return into, after
  end
  local function take(begun, count, _, cost)
    if cost < 0 then return charge(begun, count, nil, cost) end
    local into, used = roll(begun, count)
    if cost > limit or used > limit - (cost == 0 and 1 or cost) then return nil end
    if cost == 0 then return begun, count end
    return into, used + cost
  end
  local function give_back(begun, count, _, amount, held_at)
    if roll(begun, count) ~= window_of(held_at) then return begun, count end
    return charge(begun, count, nil, -amount)
  end
  local function fresh_at(begun, count)
    if count == 0 then return nil end
    local _, ends = window_of(begun)
    return ends
  end
  return read, write, take, charge, give_back, fresh_at
end
