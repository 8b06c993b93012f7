-- upstash_region_windows.lua: KEYS of a state that several regions keep: PREFIX:ID:WINDOW, a hash of request id -> rate; of
-- a sliding window that of the window before, too. `first` is the sum of the rates, `second` that of the window before.
-- Stands where upstash_fixed_window.lua and upstash_sliding_window.lua do with one region.
-- Keeps: the sum, and of a sliding window what is left of the one before, computed in doubles as @upstash/ratelimit
-- computes it, <= limit at every admission; a cost below 0 gives back no more than there is; nothing is written of what
-- is refused. TTL as there: of a fixed window its length from the first field on, of a sliding window two and a second
-- each time the sum rises from 0. `fields` are those of the window, as saved.

by_name = true

local function sum_of(fields)
  local sum = 0
  for i = 2, #fields, 2 do sum = sum + (tonumber(fields[i]) or 0) end
  return sum
end

local function take(state, limit, cost, force, name)
  local used = state.second * (1 - (now % state.window) / state.window) + state.first
  if cost > 0 and not force and used + cost > limit then return false end
  if cost == 0 then return used <= limit end
  local rate = max(cost, -state.first)
  if rate == 0 then return true end
  if state.sum == 0 and state.algorithm == 'sliding_window' then state.begins = true end
  state.sum, state.first = state.sum + rate, max(0, state.sum + rate)
  state.added[#state.added + 1], state.added[#state.added + 2] = name, said(rate)
  return true
end

local function save(state)
  local key = state.keys[1]
  if #state.fields == 0 then state.begins = true end
  for _, word in ipairs(state.added) do state.fields[#state.fields + 1] = word end
  if #state.added > 0 then
    call('HSET', key, unpack(state.added))
    if state.begins then call('PEXPIRE', key, state.ttl) end
  end
  if #state.fields > 0 then expire_if_endless(key, state.ttl) end
end

local function load(state)
  state.fields = readable(try('HGETALL', state.keys[1]))
  state.sum = sum_of(state.fields)
  state.first = max(0, state.sum)
  state.second = state.keys[2] and max(0, sum_of(readable(try('HGETALL', state.keys[2])))) or 0
  state.added, state.begins = {}, false
end

algorithms.fixed_window = {load = load, take = take, save = save}
algorithms.sliding_window = algorithms.fixed_window
