-- upstash_fixed_window.lua: KEYS of a state: PREFIX:ID:WINDOW, an integer. `first` is what is used.
-- Keeps: 0 <= counter <= limit, if nobody else writes; TTL: the window's length from the first unit on.

algorithms.fixed_window = {
  load = function(state)
    local text = read('GET', state.keys[1])
    state.exists = text ~= false
    state.found = state.exists and number_in(text) or 0
    state.first = math.max(0, state.found)
  end,

  take = function(state, ask)
    if ask.cost > 0 and not ask.force and state.first + ask.cost > ask.limit then return false end
    if ask.cost == 0 then return state.first <= ask.limit end
    state.first = math.max(0, state.first + ask.cost)
    return true
  end,

  save = function(state)
    local key = state.keys[1]
    if state.first == math.max(0, state.found) then
      if state.exists then expire_if_endless(key, state.ttl) end
      return
    end
    redis.call('INCRBY', key, state.first - state.found)
    if state.found <= 0 then
      redis.call('PEXPIRE', key, state.ttl)
    else
      expire_if_endless(key, state.ttl)
    end
  end,
}
