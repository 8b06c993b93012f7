-- upstash_token_bucket.lua: KEYS of a state: PREFIX:ID, a hash {refilledAt, tokens}. `first` is refilledAt (nil: never
-- used), `second` the tokens.
-- Keeps: tokens <= limit at every decision; TTL: the intervals until the bucket is full.

-- What the whole intervals since the last refill have brought.
local function refill(state, limit)
  if not state.first then return now, limit end
  local at, tokens = state.first, state.second
  if now >= at + state.window then
    local intervals = floor((now - at) / state.window)
    at, tokens = at + intervals * state.window, tokens + intervals * state.refill
  end
  return at, min(limit, tokens)
end

algorithms.token_bucket = {
  load = function(state)
    state.first, state.second, state.limit = nil, nil, nil
    local found = readable(try('HMGET', state.keys[1], 'refilledAt', 'tokens'))
    state.exists = found[1] ~= false or found[2] ~= false
    if not state.exists then return end
    state.first, state.second = number_in(found[1]), number_in(found[2])
  end,

  take = function(state, limit, cost, force)
    local at, tokens = refill(state, limit)
    if cost > 0 and not force and tokens < cost then return false end
    if cost == 0 then return tokens >= 0 end
    if cost < 0 and (not state.first or tokens == limit) then return true end  -- it is full
    state.first, state.second = at, min(limit, tokens - cost)
    state.limit = limit
    return true
  end,

  save = function(state)
    local key = state.keys[1]
    if not state.limit then
      if state.exists then expire_if_endless(key, state.window) end
      return
    end
    call('HSET', key, 'refilledAt', state.first, 'tokens', state.second)
    local ttl = math.ceil((state.limit - state.second) / state.refill) * state.window
    if ttl > 0 then
      call('PEXPIRE', key, min(ttl, 2 ^ 52))
    else
      expire_if_endless(key, state.window)
    end
  end,
}
