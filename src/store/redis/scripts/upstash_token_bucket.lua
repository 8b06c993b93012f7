-- upstash_token_bucket.lua: KEYS of a state: PREFIX:ID, a hash {refilledAt, tokens}. `first` is refilledAt (nil: never
-- used), `second` the tokens.
-- Keeps: tokens <= limit at every decision; TTL: the intervals until the bucket is full.

-- What the whole intervals since the last refill have brought.
local function refill(state, limit)
  if not state.first then return now, limit end
  local at, tokens = state.first, state.second
  if now >= at + state.window then
    local intervals = math.floor((now - at) / state.window)
    at, tokens = at + intervals * state.window, tokens + intervals * state.refill
  end
  return at, math.min(limit, tokens)
end

algorithms.token_bucket = {
  load = function(state)
    local found = read('HMGET', state.keys[1], 'refilledAt', 'tokens')
    state.exists = found[1] ~= false or found[2] ~= false
    if not state.exists then return end
    state.first, state.second = number_in(found[1]), number_in(found[2])
  end,

  take = function(state, ask)
    local at, tokens = refill(state, ask.limit)
    if ask.cost > 0 and not ask.force and tokens < ask.cost then return false end
    if ask.cost == 0 then return tokens >= 0 end
    if ask.cost < 0 and (not state.first or tokens == ask.limit) then return true end  -- it is full
    state.first, state.second = at, math.min(ask.limit, tokens - ask.cost)
    state.limit = ask.limit
    return true
  end,

  save = function(state)
    local key = state.keys[1]
    if not state.limit then
      if state.exists then expire_if_endless(key, state.window) end
      return
    end
    redis.call('HSET', key, 'refilledAt', state.first, 'tokens', state.second)
    local ttl = math.ceil((state.limit - state.second) / state.refill) * state.window
    if ttl > 0 then
      redis.call('PEXPIRE', key, math.min(ttl, 2 ^ 52))
    else
      expire_if_endless(key, state.window)
    end
  end,
}
