-- native_sliding_log.lua: as src/limits/sliding_log.hpp: the time of every call. Rule: limit, window.
--
-- The value is one string of bytes: a header, then entries of 16 bytes each, oldest first: time, cost. What is before
-- the first entry or behind the last one is past; the string is made anew when half of it is. So a call reads and writes
-- a few entries, however many there are. An entry whose units were all given back stays in its place with cost 0; the
-- newest one never is such.
--   header  "weir-log", window, generation, stamp (8 bytes, zeros: none), first, size, entries of a cost above 0, sum
local header_format, header_size, entry_size, block = '<c8ddc8dddd', 64, 16, 32
local no_stamp = '\0\0\0\0\0\0\0\0'

-- A counter as native_counter.lua describes it, and one function more: facts(cost), see below.
local function sliding_log(key, _, generation, rule, at)
  local limit, window = tonumber(rule[at]), tonumber(rule[at + 1])
  local value = try('GETRANGE', key, 0, header_size + block * entry_size - 1)
  local exists = value ~= ''
  local times, costs, dirty = {}, {}, {}
  local first, size, live, sum, stamp = 0, 0, 0, 0, nil
  local anew = true  -- the whole string is to be written

  local function place(bytes, offset, from)
    for position = offset, #bytes - entry_size + 1, entry_size do
      if not times[from] then times[from], costs[from] = struct.unpack('<dd', bytes, position) end
      from = from + 1
    end
  end
  local function fetch(index)
    if times[index] then return end
    local from = index - index % block
    local offset = header_size + from * entry_size
    place(call('GETRANGE', key, offset, offset + block * entry_size - 1), 1, from)
  end

  if type(value) == 'table' or (exists and sub(value, 1, 8) ~= 'weir-log') then
    local found, wrong = unfold(key, type(value) == 'string' and call('GET', key) or value, '', 0)
    if not found then return nil, wrong end
  elseif exists then
    local _, its_window, its_generation, its_stamp, its_first, its_size, its_live, its_sum =
      struct.unpack(header_format, value)
    if its_window == window and its_generation >= generation then
      generation, first, size, live, sum = its_generation, its_first, its_size, its_live, its_sum
      if its_stamp ~= no_stamp then stamp = its_stamp end
      anew = false
      place(value, header_size + 1, 0)
    end
  end

  -- What counts now. A clock that stepped back is taken to stand at the newest entry.
  local present, used, alive
  local function see()
    present, used, alive = now, sum, first
    if size == 0 then return end
    fetch(first + size - 1)
    present = math.max(now, times[first + size - 1])
    while alive < first + size do
      fetch(alive)
      if times[alive] + window > present then break end
      used = used - costs[alive]
      alive = alive + 1
    end
  end
  see()
  local changed = false

  local function drop_newest()
    size = size - 1
    local last = first + size
    times[last], costs[last], dirty[last] = nil, nil, nil
  end
  local function drop_expired()
    for index = first, alive - 1 do
      if costs[index] > 0 then live = live - 1 end
    end
    size, first, sum = size - (alive - first), alive, used
  end
  local function put(index, time, cost)
    times[index], costs[index], dirty[index] = time, cost, true
  end
  local function add(amount)
    amount = math.min(amount, most - sum)
    if amount == 0 then return end
    sum = sum + amount
    local last = first + size - 1
    if size > 0 and (times[last] == present or live >= limit) then return put(last, present, costs[last] + amount) end
    size, live = size + 1, live + 1
    put(last + 1, present, amount)
  end
  local function take_off(index, amount)
    fetch(index)
    local part = math.min(amount, costs[index])
    put(index, times[index], costs[index] - part)
    sum = sum - part
    if part > 0 and costs[index] == 0 then live = live - 1 end
    return amount - part
  end
  local function drop_empty()
    while size > 0 do
      fetch(first + size - 1)
      if costs[first + size - 1] > 0 then return end
      drop_newest()
    end
  end
  local function passes(cost)
    if cost < 0 then return true end
    return cost <= limit and used <= limit - (cost == 0 and 1 or cost)
  end
  -- When the newest entry leaves that is there after `cost` was charged.
  local function reset_after(cost)
    if cost > 0 then return present + window end
    local back = -cost
    for index = first + size - 1, alive, -1 do
      fetch(index)
      if costs[index] > back then return times[index] + window end
      back = back - costs[index]
    end
    return now
  end
  -- When a cost passes that does not; 0 when it never does.
  local function passes_at(cost)
    if cost > limit then return 0 end
    local left, index = used, alive
    while left > limit - (cost == 0 and 1 or cost) do
      fetch(index)
      left = left - costs[index]
      index = index + 1
    end
    return times[index - 1] + window
  end
  local function charge(amount)
    if amount == 0 then return end
    changed = true
    drop_expired()
    if size == 0 then stamp = nil end
    add(math.max(0, amount))
    amount = math.max(0, -amount)
    while amount > 0 and size > 0 do
      amount = take_off(first + size - 1, amount)
      drop_empty()
    end
    see()
  end
  local function save()
    if not changed then
      if exists then ensure_ttl(key, size > 0 and times[first + size - 1] + window or now) end
      return
    end
    if size == 0 then
      if exists then call('DEL', key) end
      return
    end
    fetch(first + size - 1)
    if not anew and first > block and first > size then
      for index = first, first + size - 1 do fetch(index) end
      anew = true
    end
    local from = anew and first or 0
    local header = struct.pack(header_format, 'weir-log', window, generation, stamp or no_stamp, first - from, size, live, sum)
    local ttl = ttl_of(times[first + size - 1] + window)
    if anew then
      local parts = {header}
      for index = first, first + size - 1 do parts[#parts + 1] = struct.pack('<dd', times[index], costs[index]) end
      call('SET', key, table.concat(parts), 'PX', ttl)
      return
    end
    for index in pairs(dirty) do
      call('SETRANGE', key, header_size + index * entry_size, struct.pack('<dd', times[index], costs[index]))
    end
    call('SETRANGE', key, 0, header)
    call('PEXPIRE', key, ttl)
  end

  return {
    passes = passes,
    -- Used; when the key is as good as new after the cost passed, and as it is; when the cost would pass, if it does not.
    tell = function(reply, n, cost)
      reply[n + 1], reply[n + 2], reply[n + 3] = used, reset_after(cost), reset_after(0)
      reply[n + 4] = passes(cost) and 0 or passes_at(cost)
      return n + 4
    end,
    charge = function(amount, holder)
      charge(amount)
      if holder and not stamp and size > 0 then
        stamp = sub(redis.sha1hex(holder), 1, 8)
        changed = true
      end
      return stamp
    end,
    give_back = function(amount, held_at, its_stamp)
      if its_stamp ~= stamp or held_at + window <= present then return end
      -- Where the clock had stepped back, or debt was merged, the units stand a little later than they were held.
      local low, high = first, first + size
      while low < high do
        local middle = math.floor((low + high) / 2)
        fetch(middle)
        if times[middle] < held_at then low = middle + 1 else high = middle end
      end
      while low < first + size do
        fetch(low)
        if costs[low] > 0 then break end
        low = low + 1
      end
      if low == first + size then return end
      changed = true
      take_off(low, amount)
      drop_empty()
    end,
    save = save
  }
end
