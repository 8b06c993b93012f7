-- native_lease.lua: units of one key for a holder who spends them by itself, and what is left of those it had.
--   KEYS  the key
--   ARGV  tag; generation; three numbers of the rule; units that are wanted (0: none); the least that are worth it; how
--         many times as many must still pass; the longest life, us; the holder's name for what is granted, never used
--         before; then four for each return: units, when they were charged, stamp, state as it was then
-- Keeps: units are charged before they are granted, and given back at most once, to the state and the window they were
-- charged to. A bucket takes back only what nobody was charged after, and what it grants is charged as if it were spent
-- at the lease's very end: it must not refill meanwhile (docs/leases.md). Every key that is touched has a TTL.
-- Replies one text: now, units granted, their life in us; ";" the stamp; ";" the state as it is now.
local tag = ARGV[1]
local letter = sub(tag, 1, 1)
local bucket = letter == 'g' or letter == 't'
local counter, wrong = counters[letter](KEYS[1], tag, tonumber(ARGV[2]), ARGV, 3)
if wrong then return redis.error_reply(wrong) end

local function state()
  local told = {}
  local n = counter.tell(told, 0)
  for at = 1, n do told[at] = format('%.0f', told[at]) end
  return table.concat(told, ' ', 1, n)
end

for at = 11, #ARGV, 4 do
  if not bucket or state() == ARGV[at + 3] then
    counter.give_back(tonumber(ARGV[at]), tonumber(ARGV[at + 1]), ARGV[at + 2])
  end
end

local want, least, times, longest = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local granted, life, stamp = 0, longest, nil
local fill = 0  -- units that a bucket loses, as it must not be full before the lease's end
if want > 0 then
  if bucket then
    local told = {}
    counter.tell(told, 0)
    local ahead = math.max(0, told[1] - now)
    life = math.min(life, ahead)
    if life < longest / 5 then
      -- Hardly used: a fiftieth of the burst is not missed while half of it is there.
      local short = math.floor(longest / 5)
      fill = math.ceil((short - ahead) * tonumber(ARGV[5]) / tonumber(ARGV[4]))
      if counter.passes(math.floor(tonumber(ARGV[3]) / 2) + fill) then life = short else want = 0 end
    end
  else
    local period = tonumber(ARGV[4])
    life = math.min(life, period - (now - tonumber(ARGV[5])) % period)
  end
  if life < 20000 then want = 0 end
  while want >= least and not counter.passes(want * times + fill) do want = math.floor(want / 2) end
  if want >= least then
    if fill > 0 then
      counter.charge(fill)
      local told = {}
      counter.tell(told, 0)
      life = math.min(life, told[1] - now)
    end
    stamp = counter.charge(want, ARGV[10])
    granted = want
  end
end
counter.save()
return format('%.0f %.0f %.0f', now, granted, life) .. ';' .. (stamp or '') .. ';' .. state()
