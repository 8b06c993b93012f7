-- load.lua: what wrk sends to a gateway.
-- Arguments: the longest pause in milliseconds that a connection makes before its next request; 0: none.

local users = 1000
local requests = {}
local next_user = 0
local longest_pause = 0

function init(args)
  longest_pause = tonumber(args[1] or "0")
  for user = 1, users do
    requests[user] = wrk.format("GET", "/", { ["x-user-id"] = "user-" .. user })
  end
  if longest_pause > 0 then
    function delay() return math.random(0, longest_pause) end
  end
end

function request()
  next_user = next_user % users + 1
  return requests[next_user]
end

dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "told.lua")
