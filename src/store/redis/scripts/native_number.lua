-- native_number.lua: whole numbers as Lua has them: doubles, exact up to 2^53. There counts and times stop.
local most = 9007199254740992

-- whole, rest with a * b = whole * c + rest, exactly; all of them from 0 to 2^53, c > 0. A quotient beyond 2^53 is
-- `most`, without a rest.
local function scaled(a, b, c)
  local product = a * b
  if product < most then
    local rest = product % c
    return (product - rest) / c, rest
  end
  if a / c * b > most then return most, 0 end
  if a > b then a, b = b, a end
  -- Bit by bit, from the top: twice what there is, and b once more where a has a one.
  local more_rest = b % c
  local more = (b - more_rest) / c
  local whole, rest = 0, 0
  local _, bits = math.frexp(a)
  local bit = 2 ^ (bits - 1)
  while bit >= 1 do
    whole = whole + whole
    if rest >= c - rest then
      whole, rest = whole + 1, rest - (c - rest)
    else
      rest = rest + rest
    end
    if a >= bit then
      a = a - bit
      whole = whole + more
      if rest >= c - more_rest then
        whole, rest = whole + 1, rest - (c - more_rest)
      else
        rest = rest + more_rest
      end
    end
    bit = bit / 2
  end
  return whole, rest
end
