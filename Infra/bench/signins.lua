-- Sign-ins by password, one person after the other: BENCH_PLAN is a Lua file with hosts and bodies. What is no session is a failure.
local people = dofile(os.getenv("BENCH_PLAN"))
local requests, turn = {}, 0
signed, failures, first = 0, 0, ""
local threads = {}

function setup(thread) threads[#threads + 1] = thread end

function init(arguments)
    for _, person in ipairs(people) do
        requests[#requests + 1] = wrk.format(
            "POST", "/api/v1/session", {Host = person.host, ["Content-Type"] = "application/json"}, person.body)
    end
end

function request()
    turn = turn % #requests + 1
    return requests[turn]
end

function response(status, headers, body)
    if status == 201 and (headers["Set-Cookie"] or ""):find("preau_session=", 1, true) then
        signed = signed + 1
    else
        failures = failures + 1
        if first == "" then first = status .. " " .. body:sub(1, 300) end
    end
end

function done(summary)
    local all, bad, said = 0, 0, ""
    for _, thread in ipairs(threads) do
        all, bad = all + thread:get("signed"), bad + thread:get("failures")
        said = said .. thread:get("first")
    end
    print(string.format("Signed in: %d in %.3f s, failures: %d %s", all, summary.duration / 1e6, bad, said))
end
