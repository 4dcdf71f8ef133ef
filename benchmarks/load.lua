-- One POST for each line of the file that LINES names: path, type of the body, a header's name,
-- its value, and the body, with tabs between them. TOKEN, where there is one, goes with all.
-- Connections share the lines; when all are used up, further requests ask for nothing.
local lines = {}
local at = 0

function setup(thread)
  thread:set("token", os.getenv("TOKEN") or "")
  thread:set("file", os.getenv("LINES"))
  threads = threads or {}
  threads[#threads + 1] = thread
end

function init(args)
  for line in io.lines(file) do
    lines[#lines + 1] = line
  end
  if token ~= "" then
    wrk.headers["Authorization"] = "Bearer " .. token
  end
end

local done_well, taken, refused, broken, idle = 0, 0, 0, 0, 0

function request()
  at = at + 1
  if at > #lines then
    idle = idle + 1
    return wrk.format("GET", "/healthz")
  end
  local path, kind, name, value, body = string.match(
    lines[at], "^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
  wrk.headers["Content-Type"] = kind
  wrk.headers[name] = value
  return wrk.format("POST", path, nil, body)
end

function response(status, headers, body)
  if status >= 200 and status < 300 then done_well = done_well + 1
  elseif status == 409 then taken = taken + 1
  elseif status >= 500 then broken = broken + 1
  else refused = refused + 1 end
  counts = string.format("%d %d %d %d %d", done_well, taken, refused, broken, idle)
end

function done(summary, latency, requests)
  local sums = {0, 0, 0, 0, 0}
  for _, thread in ipairs(threads) do
    local i = 0
    for number in string.gmatch(thread:get("counts") or "", "%d+") do
      i = i + 1
      sums[i] = sums[i] + tonumber(number)
    end
  end
  local errors = summary.errors
  io.write(string.format(
    '{"seconds": %.3f, "done": %d, "taken": %d, "refused": %d, "broken": %d, "idle": %d, '
    .. '"lost": %d, "p50": %.1f, "p99": %.1f, "longest": %.1f}\n',
    summary.duration / 1e6, math.max(0, sums[1] - sums[5]), sums[2], sums[3], sums[4], sums[5],
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
