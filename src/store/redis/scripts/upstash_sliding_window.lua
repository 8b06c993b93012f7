-- upstash_sliding_window.lua: KEYS of a state: PREFIX:ID:WINDOW, an integer, and the same of the window before.
-- `first` is the current counter, `second` the previous one.
-- Keeps: floor(previous * what is left of the window) + current <= limit at every admission, computed in doubles as
-- @upstash/ratelimit computes it; TTL: two windows and a second.

local function weight_of(state)
  return math.floor((1 - (now % state.window) / state.window) * state.second)
end

algorithms.sliding_window = {
  load = function(state)
    local texts = {read('GET', state.keys[1]), read('GET', state.keys[2])}
    state.exists = texts[1] ~= false
    state.found = state.exists and number_in(texts[1]) or 0
    state.first = math.max(0, state.found)
    state.second = math.max(0, texts[2] and number_in(texts[2]) or 0)
  end,

  take = function(state, ask)
    local used = weight_of(state) + state.first
    if ask.cost > 0 and not ask.force and used + ask.cost > ask.limit then return false end
    if ask.cost == 0 then return used <= ask.limit end
    state.first = math.max(0, state.first + ask.cost)
    return true
  end,

  save = function(state)
    algorithms.fixed_window.save(state)
  end,
}
