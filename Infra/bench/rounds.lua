-- Rounds of single sign-on: a first request with a session's cookie is led to a service with a ticket or a code; a second one
-- takes it to the service's side of the door. What is asked comes from BENCH_PLAN, a Lua file.
--
-- The generator shares the machine with what it measures: requests are written once, and only the ticket is put into them.
local plan = dofile(os.getenv("BENCH_PLAN"))
local waiting, count, turn = {}, 0, 0
local entering, before, after = {}, nil, nil
rounds, failures = 0, 0
local threads = {}

function setup(thread) threads[#threads + 1] = thread end

function init(arguments)
    for index, client in ipairs(plan.clients) do entering[index] = wrk.format("GET", plan.enter, client) end
    local mark = ("#"):rep(plan.length)
    local form = plan.method == "POST"
    local whole = wrk.format(plan.method, form and plan.path or plan.path .. mark, plan.headers, form and plan.body .. mark or nil)
    local first, last = whole:find(mark, 1, true)
    before, after = whole:sub(1, first - 1), whole:sub(last + 1)
end

function request()
    if count > 0 then
        local found = waiting[count]
        count = count - 1
        return before .. found .. after
    end
    turn = turn % #entering + 1
    return entering[turn]
end

function response(status, headers, body)
    if status == 303 then
        local found = (headers["Location"] or ""):match(plan.token)
        if found and #found == plan.length then
            count = count + 1
            waiting[count] = found
        else
            failures = failures + 1
        end
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
