-- Requests from the file PATHS in turn, one a line: "<path>", or "<path> <JSON body>" for a POST.
-- Each answer that isn't a success is a line "<time> <status> <Retry-After>" in the file REFUSED.
local requests, next_one = {}, 0

function init(args)
  for line in io.lines(os.getenv("PATHS")) do
    local path, body = line:match("^(%S+)%s*(.*)$")
    if body ~= "" then
      requests[#requests + 1] = wrk.format("POST", path, { ["Content-Type"] = "application/json" }, body)
    else
      requests[#requests + 1] = wrk.format("GET", path)
    end
  end
end

function request()
  next_one = next_one % #requests + 1
  return requests[next_one]
end

function response(status, headers, body)
  if status >= 400 then
    local file = io.open(os.getenv("REFUSED"), "a")
    file:write(os.time(), " ", status, " ", headers["Retry-After"] or headers["retry-after"] or "-", "\n")
    file:close()
  end
end
