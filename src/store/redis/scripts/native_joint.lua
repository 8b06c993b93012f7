-- native_joint.lua: several checks, any mix of algorithms: all pass, or nothing is charged.
--   KEYS  the record of the id, when there is one; then a key for each check
--   ARGV  a hash of the question (empty: no id); id; lease; 1 when the call is not to be remembered once it is over, 2
--         when it only looks: nothing is charged; how long the id is worth remembering; which attempt it is, when it may
--         be undone (native_undo.lua); then nine a check: tag, generation, three numbers of the rule; cost; what must pass,
--         with earlier checks of the
--         same counter; 1 when the cost is held; 1 when an earlier check has the same key
-- Keeps: all are evaluated, and every value is seen to be ours, before anything is written; the same id is charged once;
-- every key that is touched has a TTL.
-- Replies one text of numbers: 0, now, then for each check 1 or 0 and what was found; 1 and the reply in the record: this
-- id was answered before; 2: it was, to another question, or something is to be held without an id or a lease.
local question, id, lease, once, looks = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1', ARGV[4] == '2'
local memory, attempt = tonumber(ARGV[5]), ARGV[6]
local remembered = question ~= ''
local first_key = remembered and 1 or 0

if remembered then
  local record, wrong = record_of(KEYS[1])
  if wrong then return redis.error_reply(wrong) end
  if record then
    ensure_ttl(KEYS[1], tonumber(record.forget_at))
    if record.question ~= question then return '2' end
    rely_on(KEYS[1], record, attempt)
    return '1 ' .. record.reply
  end
end

local checks = {}
local reply, n = {'0', format('%.0f', now)}, 2
local granted = true
for index = 1, #KEYS - first_key do
  local at = 9 * index - 2
  local tag = ARGV[at]
  if ARGV[at + 7] == '1' and (not remembered or lease <= 0) then return '2' end
  local check = {at = at, key = KEYS[first_key + index], tag = tag, open = counters[sub(tag, 1, 1)]}
  checks[index] = check
  local wrong
  check.counter, wrong = check.open(check.key, tag, tonumber(ARGV[at + 1]), ARGV, at + 2)
  if wrong then return redis.error_reply(wrong) end
  local cost, total = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  local passed = check.counter.passes(total)
  -- It asks whether one is left behind those before it.
  if passed and cost == 0 and total > 0 then
    passed = check.counter.passes(total + 1)
    if not passed then total = total + 1 end
  end
  granted = granted and passed
  check.told = n + 1
  reply[n + 1] = passed and 1 or 0
  n = check.counter.tell(reply, n + 1, total)
  check.last = n
  for told = check.told, n do reply[told] = format('%.0f', reply[told]) end
end

local lease_end = math.min(most, now + lease)
local parts = {}
for index, check in ipairs(checks) do
  local at = check.at
  if granted and not looks then
    -- An earlier check may have written the same value.
    if ARGV[at + 8] == '1' then check.counter = check.open(check.key, check.tag, tonumber(ARGV[at + 1]), ARGV, at + 2) end
    local part
    if ARGV[at + 7] == '1' then
      part = {
        key = check.key,
        tag = check.tag,
        generation = ARGV[at + 1],
        rule = {ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]},
        amount = ARGV[at + 5]
      }
      parts[#parts + 1] = part
      if sub(check.tag, 1, 1) == 'c' then part.member = part.amount .. ':' .. #parts .. ':' .. id end
    end
    local stamp = check.counter.charge(tonumber(ARGV[at + 5]), part and (part.member or id), lease_end)
    if part then part.stamp = stamp end
  end
  check.counter.save()
end

if remembered and (granted or not once) then
  local numbers = {reply[2]}
  for _, check in ipairs(checks) do
    for at = check.at + 2, check.at + 4 do numbers[#numbers + 1] = ARGV[at] end
    for at = check.told, check.last do numbers[#numbers + 1] = reply[at] end
  end
  local text_of = function(number) return format('%.0f', number) end
  remember(KEYS[1], {
    question = question,
    reply = table.concat(numbers, ' '),
    granted = granted,
    once = once,
    held_at = text_of(now),
    lease_end = text_of(lease_end),
    forget_at = text_of(math.min(most, now + math.max(lease, memory))),
    parts = parts,
    attempts = granted and attempt ~= '' and {attempt} or nil
  })
end
return table.concat(reply, ' ')
