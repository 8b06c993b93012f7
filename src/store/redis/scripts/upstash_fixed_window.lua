-- upstash_fixed_window.lua: KEYS of a state: PREFIX:ID:WINDOW, an integer. `first` is what is used.
-- Keeps: 0 <= counter <= limit, if nobody else writes; TTL: the window's length from the first unit on.

algorithms.fixed_window = {
  load = function(state)
    local text = readable(try('GET', state.keys[1]))
    state.exists, state.told = text ~= false, text and match(text, '^%d+$')
    state.found = state.exists and number_in(text) or 0
    state.first = max(0, state.found)
  end,

  take = function(state, limit, cost, force)
    if cost > 0 and not force and state.first + cost > limit then return false end
    if cost == 0 then return state.first <= limit end
    state.first = max(0, state.first + cost)
    return true
  end,

  save = function(state)
    local key = state.keys[1]
    if state.first == max(0, state.found) then
      if state.exists then expire_if_endless(key, state.ttl) end
      return
    end
    call('INCRBY', key, said(state.first - state.found))
    if state.found <= 0 then
      call('PEXPIRE', key, state.ttl)
    else
      expire_if_endless(key, state.ttl)
    end
  end,
}
