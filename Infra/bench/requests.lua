-- The same GET for one client after the other: a line of BENCH_HEADERS is one client's headers, separated by tabs.
local requests, turn = {}, 0

function init(arguments)
    for line in io.lines(os.getenv("BENCH_HEADERS")) do
        local headers = {}
        for name, value in line:gmatch("([^\t:]+): ([^\t]*)") do headers[name] = value end
        requests[#requests + 1] = wrk.format("GET", nil, headers)
    end
end

function request()
    turn = turn % #requests + 1
    return requests[turn]
end
