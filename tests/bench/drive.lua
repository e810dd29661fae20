-- What wrk asks for: the addresses of the file BENCH_PATHS in turns, or what BENCH_BODY says, posted. It ends with one
-- line of JSON. In the body %N% becomes another number each time, and the sender another address.
local requests, template, address, number = {}, os.getenv("BENCH_BODY"), nil, 0

function init(args)
   local method = os.getenv("BENCH_METHOD") or "GET"
   for path in io.lines(os.getenv("BENCH_PATHS")) do
      address = address or path
      requests[#requests + 1] = wrk.format(method, path)
   end
   math.randomseed(tonumber(os.getenv("BENCH_SEED")))
end

function request()
   number = number + 1
   if not template then
      return requests[(number - 1) % #requests + 1]
   end
   wrk.headers["X-Real-IP"] = string.format("10.%d.%d.%d", math.random(250), math.random(250), math.random(250))
   wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
   local body = template:gsub("%%N%%", function() return tostring(math.random(1000000000)) end)
   return wrk.format("POST", address, nil, body)
end

function done(summary, latency)
   local failed = summary.errors
   io.write(string.format(
      '\n{"requests": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50_ms": %.3f, "p99_ms": %.3f}\n',
      summary.requests, summary.duration / 1e6, failed.status,
      failed.connect + failed.read + failed.write + failed.timeout,
      latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
