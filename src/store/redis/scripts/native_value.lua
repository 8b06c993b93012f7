-- native_value.lua: the text of a value: the states of a key, one for each rule that counts there.
--
--   value  PART, or several joined by ";", as when two configs meet during a rollout: neither resets the other
--   part   TAG[#GENERATION] STATE[ *STAMP][~END]
--
-- TAG is what rules must have in common to share counters: a letter for the algorithm, the period, an anchor. A state
-- of a lower generation than the caller's is as good as none. STAMP: something was held since the state was last as
-- good as new; a settlement gives back only to a state that bears the stamp it was held under. END, in a value of
-- several parts: when the part's own time is over.

-- Whatever fresh_at says, and a second more: a clock that is set back by less finds every key as it was. As a text, which
-- costs Redis a third of a number.
local last_fresh, last_ttl  -- the same for all keys in one window
local function ttl_of(fresh)
  if fresh == last_fresh then return last_ttl end
  local ms = math.ceil((fresh - now) / 1000) + 1000
  last_fresh, last_ttl = fresh, format(digits, ms < 1 and 1 or ms)
  return last_ttl
end

-- For a value that is left as it is. Longer, too, where a rate was lowered.
local function ensure_ttl(key, fresh)
  fresh = fresh or now
  local ttl = call('PTTL', key)
  if ttl == -1 or ttl * 1000 < fresh - now then call('PEXPIRE', key, ttl_of(fresh)) end
end

-- What few calls need, made when one does: each function that is made costs as much as a short one takes.
local function values()
  -- By when a part is over whose value has lost its TTL, so that nobody knows: two of its periods.
  local function end_of_unknown(tag)
    local units = {us = 1, ms = 1e3, s = 1e6, m = 60e6, h = 3600e6, d = 86400e6, month = 31 * 86400e6, year = 366 * 86400e6}
    local number, unit = match(tag, '^%a(%d+)(%a+)')
    return now + 2 * tonumber(number) * (units[unit] or units.year)
  end

  -- Ours: a log, or the holders of a concurrency limit, under the same key. What is not ours is never overwritten.
  local function is_other_kind(key, value)
    if type(value) == 'string' then return sub(value, 1, 8) == 'weir-log' end
    local top = try('ZREVRANGE', key, 0, 0)
    return not top.err and top[1] ~= nil and match(top[1], '^held=%-?%d+#?%d*$') ~= nil
  end

  -- What GET said, taken apart: {state, generation, stamp, others}; or nil, and why, when it is not ours.
  local function unfold(key, value, tag, generation)
    local found = {state = nil, generation = generation, stamp = nil, others = nil}
    if not value then return found end
    if type(value) == 'table' or sub(value, 1, 8) == 'weir-log' then
      if is_other_kind(key, value) then return found end
      return nil, 'WRONGTYPE the value under a key of Weir is not of Weir'
    end
    for part in gmatch(value, '[^;]+') do
      local its, its_generation, state, stamp, ends =
        match(part, '^([fstgi]%d+%l+@?[%d%-]*)#?(%d*) ([%d%-][%d %-]*)%*?(%w*)~?(%d*)$')
      if not its then return nil, 'WRONGTYPE the value under a key of Weir is not of Weir' end
      its_generation = tonumber(its_generation) or 0
      if its ~= tag then
        ends = tonumber(ends)
        if not ends then
          local ttl = call('PTTL', key)
          ends = ttl >= 0 and now + ttl * 1000 or end_of_unknown(its)
          part = part .. '~' .. format('%.0f', ends)
        end
        if ends > now then
          found.others = found.others and found.others .. ';' .. part or part
          found.others_end = math.max(found.others_end or 0, ends)
        end
      elseif its_generation >= generation then
        found.state, found.generation = match(state, '^(.-) ?$'), its_generation
        if stamp ~= '' then found.stamp = stamp end
      end
    end
    return found
  end

  -- When all of a value is over whose own state is over at `fresh`; nil: it is.
  local function last_end(found, fresh)
    local others_end = found and found.others_end
    if not fresh or not others_end then return fresh or others_end end
    return math.max(fresh, others_end)
  end

  -- Writes a state whose time is over at `fresh` (nil: at once) beside the others of its value.
  local function fold(key, tag, found, text, fresh)
    local others = found.others
    if not fresh then
      if others then
        call('SET', key, others, 'PX', ttl_of(found.others_end))
      else
        call('DEL', key)
      end
      return
    end
    local value = tag
    if found.generation > 0 then value = value .. '#' .. format('%.0f', found.generation) end
    value = value .. ' ' .. text
    if found.stamp then value = value .. ' *' .. found.stamp end
    if others then
      value = value .. '~' .. format('%.0f', fresh) .. ';' .. others
      fresh = math.max(fresh, found.others_end)
    end
    call('SET', key, value, 'PX', ttl_of(fresh))
  end

  return unfold, fold, last_end, is_other_kind
end
