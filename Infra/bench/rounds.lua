-- Rounds of single sign-on: a first request with a session's cookie is led to a service with a ticket or a code; a second one
-- takes it to the service's side of the door. BENCH_ROUND names the kind; what it needs comes from BENCH_PLAN, a Lua file.
local plan = dofile(os.getenv("BENCH_PLAN"))
local waiting, turn = {}, 0
rounds, failures = 0, 0
local threads = {}

function setup(thread) threads[#threads + 1] = thread end

function request()
    local found = table.remove(waiting)
    if found then return wrk.format(plan.method, plan.path .. (plan.method == "GET" and found or ""), plan.headers,
                                    plan.method == "POST" and plan.body .. found or nil) end
    turn = turn % #plan.clients + 1
    return wrk.format("GET", plan.enter, plan.clients[turn])
end

function response(status, headers, body)
    if status == 303 then
        local found = (headers["Location"] or ""):match(plan.token)
        if found then waiting[#waiting + 1] = found else failures = failures + 1 end
    elseif status == 200 and body:find(plan.success, 1, true) then
        rounds = rounds + 1
    else
        failures = failures + 1
    end
end

function done(summary)
    local all, bad = 0, 0
    for _, thread in ipairs(threads) do
        all = all + thread:get("rounds")
        bad = bad + thread:get("failures")
    end
    print(string.format("Rounds: %d in %.3f s, failures: %d", all, summary.duration / 1e6, bad))
end
