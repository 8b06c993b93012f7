-- admin.lua: what wrk sends to the admin API, or to the direct response beside it: a decision for one of 1,000 users.
-- Arguments: the method. GET has no body.

local users = 1000
local requests = {}
local next_user = 0

function init(args)
  local method = args[1] or "POST"
  for user = 1, users do
    local body = method == "POST" and string.format('{"limit":"bench","key":"user-%d"}', user) or nil
    requests[user] = wrk.format(method, "/api/v1/limit", { ["content-type"] = "application/json" }, body)
  end
end

function request()
  next_user = next_user % users + 1
  return requests[next_user]
end

dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "told.lua")
