-- native_concurrency.lua: as src/limits/concurrency.hpp: who holds how many units until when. Rule: limit.
--
-- The value is a sorted set: a member "AMOUNT:PART:ID" for each part of a reservation, by the end of its lease; and one
-- at infinity, "held=SUM" or "held=SUM#GENERATION", that adds them up. Whose lease has ended is let go in passing. A
-- counter as native_counter.lua describes it, but that charge and give_back take the member and its end.
local function concurrency(key, _, generation, rule, at)
  local limit = tonumber(rule[at])
  local top = try('ZREVRANGE', key, 0, 0)
  local exists, stale, header = false, false, nil
  local held, ended = 0, {}
  if top.err then
    local found, wrong = unfold(key, try('GET', key), '', 0)
    if not found then return nil, wrong end
    exists, stale = true, true
  elseif top[1] then
    exists, header = true, top[1]
    local sum, its_generation = match(header, '^held=(%-?%d+)#?(%d*)$')
    if not sum then return nil, 'WRONGTYPE the value under a key of Weir is not of Weir' end
    its_generation = tonumber(its_generation) or 0
    stale = its_generation < generation
    if not stale then
      held, generation = tonumber(sum), its_generation
      ended = call('ZRANGEBYSCORE', key, '-inf', now)
      for _, member in ipairs(ended) do held = held - tonumber(match(member, '^%-?%d+')) end
    end
  end
  local changed = #ended > 0
  local added = {}

  return {
    passes = function(cost)
      if cost < 0 then return true end
      return cost <= limit and held <= limit - (cost == 0 and 1 or cost)
    end,
    tell = function(reply, n)
      reply[n + 1] = held
      return n + 1
    end,
    charge = function(amount, member, ends)
      if not member then return end
      held = held + amount
      added[#added + 1] = {member, ends}
      changed = true
    end,
    give_back = function(amount, member)
      if stale or not header or call('ZREM', key, member) == 0 then return end
      for _, one in ipairs(ended) do
        if one == member then return end
      end
      held = held - amount
      changed = true
    end,
    renew = function(member, ends)
      if stale or not header or not call('ZSCORE', key, member) then return end
      added[#added + 1] = {member, ends}
      changed = true
    end,
    save = function()
      if not changed then
        if exists and call('PTTL', key) == -1 then
          local last = not stale and call('ZREVRANGE', key, 1, 1, 'WITHSCORES')[2]
          call('PEXPIRE', key, ttl_of(tonumber(last or now)))
        end
        return
      end
      if stale then
        call('DEL', key)
        header = nil
      end
      local sum = 'held=' .. format('%.0f', held)
      if generation > 0 then sum = sum .. '#' .. format('%.0f', generation) end
      if header ~= sum then
        call('ZADD', key, 'inf', sum)
        if header then call('ZREM', key, header) end
      end
      if #ended > 0 then call('ZREMRANGEBYSCORE', key, '-inf', now) end
      for _, one in ipairs(added) do call('ZADD', key, format('%.0f', one[2]), one[1]) end
      local last = call('ZREVRANGE', key, 1, 1, 'WITHSCORES')[2]
      if last then
        call('PEXPIRE', key, ttl_of(tonumber(last)))
      else
        call('DEL', key)
      end
    end
  }
end
