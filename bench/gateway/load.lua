-- load.lua: what wrk sends, and how it tells what it saw: one JSON line at the end.
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

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "p50_us": %.1f, "p99_us": %.1f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
