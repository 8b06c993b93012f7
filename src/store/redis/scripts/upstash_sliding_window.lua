-- upstash_sliding_window.lua: KEYS of a state: PREFIX:ID:WINDOW, an integer, and the same of the window before.
-- `first` is the current counter, `second` the previous one.
-- Keeps: floor(previous * what is left of the window) + current <= limit at every admission, computed in doubles as
-- @upstash/ratelimit computes it; TTL: two windows and a second.

local function weight_of(state)
  if state.second == 0 then return 0 end
  return floor((1 - (now % state.window) / state.window) * state.second)
end

algorithms.sliding_window = {
  load = function(state)
    local text, before = readable(try('GET', state.keys[1])), readable(try('GET', state.keys[2]))
    state.exists, state.told = text ~= false, text and match(text, '^%d+$')
    state.found = text and number_in(text) or 0
    state.first = max(0, state.found)
    state.second = before and max(0, number_in(before)) or 0
  end,

  take = function(state, limit, cost, force)
    local used = weight_of(state) + state.first
    if cost > 0 and not force and used + cost > limit then return false end
    if cost == 0 then return used <= limit end
    state.first = max(0, state.first + cost)
    return true
  end,

  save = function(state)
    algorithms.fixed_window.save(state)
  end,
}
