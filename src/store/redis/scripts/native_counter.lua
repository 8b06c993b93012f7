-- native_counter.lua: one key of one rule, whatever its algorithm, as the scripts see it that ask several at once.
--
-- counters[letter of the tag](key, tag, generation, rule, at) answers a counter, or nil and the error of a value that is
-- not ours; `rule`, `at` as in native_fixed_window.lua. A counter's functions:
--   passes(cost)                       changes nothing
--   tell(reply, n, cost, passed)       appends what was found to the reply; answers its new length
--   charge(amount, holder)             holder: what is charged is held, under this text; answers the stamp it bears
--   give_back(amount, held_at, stamp)  nothing when the state is not the one it was held in
--   save()                             writes what changed; a key without a TTL gets one
local counters = {}

local function value_counter(algorithm)
  return function(key, tag, generation, rule, at)
    local read, write, take, charge, give_back, fresh_at = algorithm(rule, at)
    local value = try('GET', key)
    local found, wrong = unfold(key, value, tag, generation)
    if not found then return nil, wrong end
    local a, b, c
    if found.state then a, b, c = read(found.state, 1) end
    if not a then
      a, b, c = 0, 0, nil
      if sub(tag, 1, 1) == 's' then c = 0 end
    end
    if found.stamp and (fresh_at(a, b, c) or now) <= now then found.stamp = nil end
    local changed = false

    return {
      passes = function(cost) return take(a, b, c, cost) ~= nil end,
      tell = function(reply, n)
        reply[n + 1], reply[n + 2], reply[n + 3] = a, b, c
        return c and n + 3 or n + 2
      end,
      charge = function(amount, holder)
        if amount ~= 0 then
          a, b, c = charge(a, b, c, amount)
          changed = true
        end
        if holder and not found.stamp and fresh_at(a, b, c) then
          found.stamp = sub(redis.sha1hex(holder), 1, 8)
          changed = true
        end
        return found.stamp
      end,
      give_back = function(amount, held_at, stamp)
        if stamp ~= found.stamp then return end
        a, b, c = give_back(a, b, c, amount, held_at)
        changed = true
      end,
      save = function()
        if changed and (value or fresh_at(a, b, c)) then
          fold(key, tag, found, write(a, b, c), fresh_at(a, b, c))
        elseif value then
          ensure_ttl(key, last_end(found, fresh_at(a, b, c)))
        end
      end
    }
  end
end

counters.f = value_counter(fixed_window)
counters.s = value_counter(sliding_window)
counters.g = value_counter(gcra)
counters.t = counters.g
counters.i = value_counter(interval_bucket)
counters.l = sliding_log
counters.c = concurrency
