-- upstash_room.lua: what the scripts of layout upstash share. The first part of each of them.
--
-- Keys, types, increments and TTLs are those of @upstash/ratelimit 2.2.0, so that its clients and Weir can count in
-- one place. An algorithm is a table of three functions:
--   load(state)         reads state.keys into state.first and state.second; `exists` says whether there was anything. What
--                       the state held before is gone, so that one serves many keys: a table costs as much as a GET.
--   take(state, limit, cost, force, name)
--                       true and charges the state, or false and leaves it as it is
--   save(state)         writes what was charged; every key it has seen gets a TTL if it lacks one
-- state.told: what `first` was as a text, where a counter's own will do: to make one costs as much as a GET.
-- Keeps true: nothing is written before everything is loaded; a refusal writes nothing but a missing TTL.

local call, try = redis.call, redis.pcall
local match = string.match
local floor, max, min = math.floor, math.max, math.min
local now        -- ms since the Unix epoch, by the caller's clock
local algorithms = {}

-- Over several regions requests are kept by their names: a name follows each cost, and it is said what is known of each
-- state. See upstash_region_windows.lua.
local by_name = false

local function ask_in(text)
  if not by_name then return tonumber(text) end
  local space = string.find(text, ' ', 1, true)
  return tonumber(string.sub(text, 1, space - 1)), string.sub(text, space + 1)
end

local wrong_type = {}  -- what load() throws when a key holds something else

-- A whole number out of a text, or as good as one; what is no number is of the wrong type.
local function number_in(text)
  local number = tonumber(text)
  if not number or number ~= number or number > 2 ^ 62 or number < -2 ^ 62 then error(wrong_type) end
  return number
end

local function readable(reply)
  if type(reply) == 'table' and reply.err then error(wrong_type) end
  return reply
end

local function expire_if_endless(key, ttl)
  if call('PTTL', key) == -1 then call('PEXPIRE', key, ttl) end
end

-- The dynamic limit, a plain decimal text, or the static one. What is no number is not obeyed; below 0 means 0.
local dynamic_limits = {}
local function effective_limit(key, static)
  if not key then return static end
  if dynamic_limits[key] == nil then
    local text = try('GET', key)
    local limit = type(text) == 'string' and tonumber(text)
    if not limit or limit ~= limit then
      dynamic_limits[key] = false
    else
      dynamic_limits[key] = floor(max(0, min(limit, 2 ^ 53)))
    end
  end
  return dynamic_limits[key] or static
end

-- Most lists are empty, which is to say that there are none.
local lists = {}
local function is_denied(list, identifier)
  if not list then return false end
  if lists[list] == nil then lists[list] = try('EXISTS', list) == 1 end
  return lists[list] and try('SISMEMBER', list, identifier) == 1
end

-- State as it was found, as texts: whole numbers lose nothing, and neither do fractions of a token.
local function said(number)
  if not number then return '' end
  if number == 0 then return '0' end
  if number == 1 then return '1' end
  return string.format('%.17g', number)
end

-- Loads a state, or says why it can't: everything but a wrong type goes on to the caller of the script.
local function load_state(state)
  local good, problem = pcall(algorithms[state.algorithm].load, state)
  if good then return true end
  if problem == wrong_type then return false end
  error(problem)
end
