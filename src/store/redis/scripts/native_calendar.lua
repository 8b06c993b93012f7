-- native_calendar.lua: the calendar's window that holds a time: its start and its end. `step` is 1 or 12 months,
-- `anchor` month * 100 + day: where windows start. A day that a month lacks is its last day.
local function calendar_window(at, step, anchor)
  local floor = math.floor
  local length = 86400000000
  local today = floor(at / length)
  local day = anchor % 100

  -- Days since the epoch, of the month `months` after January of year 0 (https://howardhinnant.github.io/date_algorithms.html).
  local function first_of(months)
    local year, month = floor(months / 12), months % 12 + 1
    if month <= 2 then year = year - 1 end
    local era = floor(year / 400)
    local of_era = year - era * 400
    local of_year = floor((153 * (month + (month > 2 and -3 or 9)) + 2) / 5)
    return era * 146097 + of_era * 365 + floor(of_era / 4) - floor(of_era / 100) + of_year - 719468
  end
  local function day_in(months)
    local first = first_of(months)
    return math.min(first + day, first_of(months + 1)) - 1
  end
  local function month_of(days)
    days = days + 719468
    local era = floor(days / 146097)
    local of_era = days - era * 146097
    local year = floor((of_era - floor(of_era / 1460) + floor(of_era / 36524) - floor(of_era / 146096)) / 365)
    local of_year = of_era - (365 * year + floor(year / 4) - floor(year / 100))
    return (year + era * 400) * 12 + floor((5 * of_year + 2) / 153) + 2
  end

  local month = month_of(today)
  if step == 12 then month = month - month % 12 + floor(anchor / 100) - 1 end
  local start = day_in(month)
  if start > today then
    month = month - step
    start = day_in(month)
  end
  return start * length, day_in(month + step) * length
end
