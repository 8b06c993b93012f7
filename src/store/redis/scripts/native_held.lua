-- native_held.lua: what the parts of a record hold was used, or some of it.

-- What was not used goes back to where it was held, if that still counts; what was used beyond is charged now. Answers
-- the error of the first value that is not ours, before anything is written.
local function use_held(record, amounts)
  local opened, wrong = counters_of(record)
  if wrong then return wrong end
  for at, part in ipairs(record.parts) do
    local counter = opened[at]
    -- An earlier part may have written the same value.
    if at > 1 then
      counter = counters[sub(part.tag, 1, 1)](part.key, part.tag, tonumber(part.generation), part.rule, 1)
    end
    local held, used = tonumber(part.amount), tonumber(amounts[at])
    if part.member then
      counter.give_back(held, part.member)
    elseif used > held then
      counter.charge(used - held)
    elseif used < held then
      counter.give_back(held - used, tonumber(record.held_at), part.stamp)
    end
    counter.save()
  end
end
