-- One POST for each line of the file that BOOKINGS names: a JSON body, booked once.
-- Connections share the lines; when all are used up, further requests ask for nothing.
local lines = {}
local at = 0
local statuses = {}

function setup(thread)
  thread:set("token", os.getenv("TOKEN"))
  thread:set("bookings", os.getenv("BOOKINGS"))
end

function init(args)
  for line in io.lines(bookings) do
    lines[#lines + 1] = line
  end
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. token
end

function request()
  at = at + 1
  if at > #lines then
    return wrk.format("GET", "/healthz")
  end
  wrk.headers["Idempotency-Key"] = "booking-" .. at
  return wrk.format("POST", "/api/v1/bookings", nil, lines[at])
end

local booked, taken, refused, broken, idle = 0, 0, 0, 0, 0
function response(status, headers, body)
  if status == 201 then booked = booked + 1
  elseif status == 409 then taken = taken + 1
  elseif status >= 500 then broken = broken + 1
  elseif status == 200 then idle = idle + 1
  else refused = refused + 1 end
  counts = string.format("%d %d %d %d %d", booked, taken, refused, broken, idle)
end

local threads = {}
local set = setup
function setup(thread)
  set(thread)
  threads[#threads + 1] = thread
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
    '{"seconds": %.3f, "booked": %d, "taken": %d, "refused": %d, "broken": %d, "idle": %d, '
    .. '"lost": %d, "p50": %.1f, "p99": %.1f, "longest": %.1f}\n',
    summary.duration / 1e6, sums[1], sums[2], sums[3], sums[4], sums[5],
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
