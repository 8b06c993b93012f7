-- native_record.lua: what is remembered under an id: the answer of its call, and what it holds. JSON; its numbers are
-- texts, as cjson would round them.
--   question    a hash of what was asked: the same id with another question is a conflict
--   reply       what joint replied, as numbers in one text: now; for each check its rule's three numbers, 1 or 0, what
--               was found
--   granted     whether all checks passed
--   once        the record goes when it is settled
--   held_at, lease_end, forget_at
--   parts       of each check that holds: key, tag, generation, rule, amount, stamp (of the state that bears it), or
--               member (of a concurrency limit's holders)
--   settled     the amounts it was settled with
--   attempts    which attempts at the call rely on what it holds; none: it is not to be undone

-- nil when there is none, or its time is over; and the error when the value is not ours.
local function record_of(key)
  local text = try('GET', key)
  if not text then return nil end
  local read, record = pcall(cjson.decode, type(text) == 'string' and text or '')
  if not read or type(record) ~= 'table' or not record.question then
    return nil, 'WRONGTYPE the value under an id of Weir is not of Weir'
  end
  if tonumber(record.forget_at) > now then return record end
end

local function remember(key, record)
  call('SET', key, cjson.encode(record), 'PX', ttl_of(tonumber(record.forget_at)))
end

-- What is granted is granted to this attempt, too; an empty one is for good, and so is one too many.
local function rely_on(key, record, attempt)
  if not record.attempts or record.settled then return end
  if attempt == '' or #record.attempts == 8 then
    record.attempts = nil
  else
    record.attempts[#record.attempts + 1] = attempt
  end
  remember(key, record)
end

-- The counters of its parts; or nil, and the error of the first that is not ours.
local function counters_of(record)
  local opened = {}
  for at, part in ipairs(record.parts) do
    local wrong
    opened[at], wrong = counters[sub(part.tag, 1, 1)](part.key, part.tag, tonumber(part.generation), part.rule, 1)
    if not opened[at] then return nil, wrong end
  end
  return opened
end
