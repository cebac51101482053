internal import Redis

/// What the session gate asks of Redis: one atomic call a decision. It counts the members of presence's own sorted sets, so
/// that a place is exactly a person who is there, or one who was just let in.
enum PlaceFunctions {
    static let library = RedisFunctionLibrary(
        name: "preau_places", version: 4,
        source: """
            local function clock()
                local time = redis.call('TIME')
                return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
            end

            local function text(number) return string.format('%.1f', number) end

            -- Who is told apart: what was in Redis before it lost everything, and what is in it since.
            local function era(now)
                redis.call('SET', 'p1:era', string.format('%.0f', now), 'NX')
                return redis.call('GET', 'p1:era')
            end

            -- Admissions a second, over the last minute or so.
            local function pace(key, now, admitted)
                local known = redis.call('HMGET', key, 'r', 't')
                local rate, at = tonumber(known[1] or '0'), tonumber(known[2] or now)
                rate = rate * math.exp(-math.max(0, now - at) / 60000)
                if admitted > 0 then
                    rate = rate + admitted / 60
                    redis.call('HSET', key, 'r', tostring(rate), 't', text(now))
                    redis.call('PEXPIRE', key, 600000)
                end
                return rate
            end

            -- Seconds until somebody who waits asks again: a third of the time that is left; and with very many who wait, so seldom
            -- that asking costs the same however many they are. The first few are never far from a place that becomes free. Where nobody
            -- was let in lately the time that is left is unknown.
            local function pause(ahead, eta, waiting)
                local longest = ahead < 20 and 10 or math.max(30, math.min(240, waiting / 500))
                if eta < 0 then return math.min(longest, 5 + ahead / 10) end
                return math.max(2, math.min(longest, eta / 3))
            end

            -- Who has not asked for longer than was told is put aside; the ticket brings them back to where they were.
            local function forget_stale(scope, now, patience)
                local gone = redis.call('ZRANGEBYSCORE', scope.polls, '-inf', now - patience, 'LIMIT', 0, 100)
                for _, member in ipairs(gone) do
                    redis.call('ZREM', scope.queue, member)
                    redis.call('ZREM', scope.polls, member)
                    for _, reserve in ipairs(scope.kept) do redis.call('ZREM', scope.queue .. ':r:' .. reserve.role, member) end
                end
            end

            -- The second dimension: newcomers a second. Of every rate there must be as much as this newcomer costs, or nothing is
            -- taken of any.
            local function take(rates, now)
                local left = {}
                for number, rate in ipairs(rates) do
                    local known = redis.call('HMGET', rate.key, 'n', 't')
                    local tokens = math.min(
                        rate.burst, tonumber(known[1] or rate.burst) + math.max(0, now - tonumber(known[2] or now)) * rate.rate / 1000)
                    if tokens < rate.cost + rate.kept then return false end
                    left[number] = tokens - rate.cost
                end
                for number, rate in ipairs(rates) do
                    redis.call('HSET', rate.key, 'n', tostring(left[number]), 't', text(now))
                    redis.call('PEXPIRE', rate.key, 600000)
                end
                return true
            end

            -- Every decision, for whoever has to prove that the cap held. Bounded; about no person.
            local function note(most, outcome, rank, facts)
                redis.call('XADD', 'p1:log', 'MAXLEN', '~', most, '*', outcome, rank, 'of', facts)
            end

            -- ARGV from `first` on: number of scopes, and for each: key, places, share of the role (-1: no bound), n, n times (role,
            -- places kept for it); then how many decisions the log keeps.
            local function decide(a, rates, first)
                local now = clock()
                local present = era(now)
                if a[1] ~= '' and a[1] ~= present then return {-1, present, 0, 0, -1, 0} end
                local life, hold, patience = tonumber(a[2]), tonumber(a[3]), tonumber(a[4])
                local account, rank, role = a[5], tonumber(a[6]), a[8]
                local seen = tonumber(a[7])
                local has_ticket = seen > 0
                if not has_ticket or seen > now then seen = now end
                local scopes, index, is_member = {}, first + 1, true
                for number = 1, tonumber(a[first]) do
                    local scope = {key = a[index], places = tonumber(a[index + 1]), share = tonumber(a[index + 2]), kept = {}}
                    local reserves = tonumber(a[index + 3])
                    index = index + 4
                    for reserve = 1, reserves do
                        scope.kept[reserve] = {role = a[index], places = tonumber(a[index + 1])}
                        index = index + 2
                    end
                    redis.call('ZREMRANGEBYSCORE', scope.key, '-inf', now - life)
                    scope.count = redis.call('ZCARD', scope.key)
                    scope.holds = redis.call('ZSCORE', scope.key, account) and true or false
                    scope.queue, scope.polls = 'p1:q:' .. scope.key, 'p1:w:' .. scope.key
                    if not scope.holds then is_member = false end
                    -- Who comes again without their ticket, as programs do, has their turn still.
                    local turn = not has_ticket and tonumber(redis.call('ZSCORE', scope.queue, account) or '0') - rank * 1e13
                    if turn and turn > 0 then seen = math.min(seen, turn) end
                    scopes[number] = scope
                end
                local score, most = rank * 1e13 + seen, tonumber(a[index] or '50000')
                local function answer(outcome, ahead, eta, waiting, again)
                    local reply = {outcome, present, string.format('%.0f', seen), ahead, eta, waiting}
                    for _, scope in ipairs(scopes) do reply[#reply + 1] = scope.count end
                    reply[#reply + 1] = math.floor(again + 0.5)
                    return reply
                end
                if is_member then return answer(1, 0, 0, 0, 0) end

                local refused, ahead_most, eta, waiting = {}, 0, -1, 0
                for _, scope in ipairs(scopes) do
                    if not scope.holds then
                        forget_stale(scope, now, patience)
                        local floor = tonumber(redis.call('GET', 'p1:f:' .. scope.key) or '0')
                        local taken, own = math.max(scope.count, floor), 0
                        for _, reserve in ipairs(scope.kept) do
                            if reserve.role ~= role then
                                local set = scope.key .. ':r:' .. reserve.role
                                redis.call('ZREMRANGEBYSCORE', set, '-inf', now - life)
                                taken = taken + math.max(0, reserve.places - redis.call('ZCARD', set))
                            else
                                local set = scope.key .. ':r:' .. role
                                redis.call('ZREMRANGEBYSCORE', set, '-inf', now - life)
                                own = math.min(reserve.places - redis.call('ZCARD', set), scope.places - math.max(scope.count, floor))
                                own = own - redis.call('ZCOUNT', scope.queue .. ':r:' .. role, '-inf', '(' .. text(score))
                                scope.has_own = true
                            end
                        end
                        scope.ahead = redis.call('ZCOUNT', scope.queue, '-inf', '(' .. text(score))
                        -- Places kept for this role are not for those of other roles who wait before it.
                        local room = math.max(scope.places - taken - scope.ahead, own)
                        if scope.share >= 0 then
                            local set = scope.key .. ':r:' .. role
                            redis.call('ZREMRANGEBYSCORE', set, '-inf', now - life)
                            room = math.min(room, scope.share - redis.call('ZCARD', set))
                        end
                        -- Not before every loop has told how many people it knew of.
                        if floor > 0 and now - tonumber(present) < 3000 then room = 0 end
                        if room < 1 then refused[#refused + 1] = scope end
                    end
                end

                if #refused == 0 and not take(rates, now) then
                    refused[1] = scopes[1]
                    refused[1].ahead = refused[1].ahead or redis.call('ZCOUNT', refused[1].queue, '-inf', '(' .. text(score))
                end

                local facts = {}
                if #refused == 0 then
                    for _, scope in ipairs(scopes) do
                        if not scope.holds then
                            -- Half a millisecond marks a place that is only kept: activity makes it whole.
                            local kept = text(now - life + hold + 0.5)
                            redis.call('ZADD', scope.key, kept, account)
                            redis.call('ZADD', scope.key .. ':r:' .. role, 'NX', kept, account)
                            redis.call('PEXPIRE', scope.key, life)
                            redis.call('PEXPIRE', scope.key .. ':r:' .. role, life)
                            redis.call('ZREM', scope.queue, account)
                            redis.call('ZREM', scope.polls, account)
                            if scope.has_own then redis.call('ZREM', scope.queue .. ':r:' .. role, account) end
                            scope.count = scope.count + 1
                            pace('p1:h:' .. scope.key, now, 1)
                            facts[#facts + 1] = scope.key .. ' ' .. scope.count .. '/' .. scope.places
                        end
                    end
                    note(most, 'in', rank, table.concat(facts, ' '))
                    return answer(1, 0, 0, 0, 0)
                end

                local is_new = false
                for _, scope in ipairs(refused) do
                    is_new = redis.call('ZADD', scope.queue, 'NX', text(score), account) == 1 or is_new
                    if scope.has_own then
                        redis.call('ZADD', scope.queue .. ':r:' .. role, 'NX', text(score), account)
                        redis.call('PEXPIRE', scope.queue .. ':r:' .. role, 3600000)
                    end
                    redis.call('PEXPIRE', scope.queue, 3600000)
                    local rate = pace('p1:h:' .. scope.key, now, 0)
                    local seconds = -1
                    if rate > 0.005 then seconds = math.ceil((scope.ahead + 1) / rate) end
                    ahead_most = math.max(ahead_most, scope.ahead)
                    eta = math.max(eta, seconds)
                    waiting = math.max(waiting, redis.call('ZCARD', scope.queue))
                    facts[#facts + 1] = scope.key .. ' ' .. scope.count .. '/' .. scope.places
                end
                -- Asking again is no new decision.
                if is_new then
                    note(most, 'wait', rank, table.concat(facts, ' '))
                end
                local again = pause(ahead_most, eta, waiting)
                for _, scope in ipairs(refused) do
                    redis.call('ZADD', scope.polls, now + again * 1300, account)
                    redis.call('PEXPIRE', scope.polls, 3600000)
                end
                return answer(0, ahead_most, eta, waiting, again)
            end

            -- ARGV: era, life, hold, patience, account, rank, first seen (0: now), role, number of rates, and for each: key,
            -- newcomers a second, burst, how much of the burst must be left, what this newcomer costs (thousandths); then the scopes,
            -- and how many decisions the log keeps.
            -- Gives: outcome (1 in, 0 waits, -1 other era), era, first seen, people ahead, seconds until then (-1: unknown),
            -- people waiting, for each scope: people in it, and seconds until the next time to ask.
            redis.register_function('preau_places_let_in', function(keys, a)
                local rates, count = {}, tonumber(a[9])
                for number = 1, count do
                    local at = 5 + number * 5
                    rates[number] = {
                        key = a[at], rate = tonumber(a[at + 1]), burst = tonumber(a[at + 2]), kept = tonumber(a[at + 3]),
                        cost = tonumber(a[at + 4]) / 1000}
                end
                return decide(a, rates, 10 + count * 5)
            end)

            -- What nodes of version 2 ask: one rate, in which everybody costs one.
            redis.register_function('preau_places_admit', function(keys, a)
                local rates = {}
                if tonumber(a[9]) > 0 then
                    rates[1] = {key = 'p1:new', rate = tonumber(a[9]), burst = tonumber(a[10]), kept = tonumber(a[11]), cost = 1}
                end
                return decide(a, rates, 12)
            end)

            -- Gives back a place that was only kept; one that is used stays.
            local function release(most, account, role, a, first)
                local facts = {}
                for index = first, #a do
                    for _, set in ipairs({a[index] .. ':r:' .. role, a[index]}) do
                        local score = redis.call('ZSCORE', set, account)
                        if score and tonumber(score) % 1 ~= 0 then
                            redis.call('ZREM', set, account)
                            if set == a[index] then facts[#facts + 1] = set .. ' ' .. redis.call('ZCARD', set) end
                        end
                    end
                end
                if #facts > 0 then note(most, 'out', role, table.concat(facts, ' ')) end
                return 1
            end

            -- ARGV: how many decisions the log keeps, account, role, keys.
            redis.register_function('preau_places_give_back', function(keys, a)
                return release(tonumber(a[1]), a[2], a[3], a, 4)
            end)

            -- What nodes of version 3 ask. ARGV: account, role, keys.
            redis.register_function('preau_places_release', function(keys, a)
                return release(50000, a[1], a[2], a, 3)
            end)

            -- ARGV: how many decisions a log keeps, and for each: log, outcome, rank, facts. What was decided elsewhere.
            redis.register_function('preau_places_note', function(keys, a)
                for index = 2, #a, 4 do
                    redis.call('XADD', a[index], 'MAXLEN', '~', tonumber(a[1]), '*', a[index + 1], a[index + 2], 'of', a[index + 3])
                end
                return 1
            end)

            -- ARGV: for how long (ms), then key, people. After Redis has lost everything: as many as there were are believed to be
            -- there until their activity has told again who is.
            redis.register_function('preau_places_restore', function(keys, a)
                for index = 2, #a, 2 do
                    local key = 'p1:f:' .. a[index]
                    local known = tonumber(redis.call('GET', key) or '0')
                    if tonumber(a[index + 1]) > known then redis.call('SET', key, a[index + 1], 'PX', a[1]) end
                end
                return 1
            end)

            -- ARGV: life, keys. For each: people in it (places), people waiting, admissions a minute.
            redis.register_function{function_name = 'preau_places_show', flags = {'no-writes'}, callback = function(keys, a)
                local now, shown = clock(), {}
                for index = 2, #a do
                    shown[#shown + 1] = redis.call('ZCOUNT', a[index], '(' .. text(now - tonumber(a[1])), '+inf')
                    shown[#shown + 1] = redis.call('ZCARD', 'p1:q:' .. a[index])
                    shown[#shown + 1] = math.floor(pace('p1:h:' .. a[index], now, 0) * 60 + 0.5)
                end
                return shown
            end}

            -- Nodes, passwords a second, people carried whatever is measured, how busy the loops are (thousandths; their mean, as the
            -- front spreads requests evenly).
            local function nodes_of(now, memory)
                local nodes, passwords, least, load = 0, 0, 0, 0
                local all = redis.call('HGETALL', 'p1:nodes')
                for index = 1, math.min(#all, 512), 2 do
                    local at, each, its_load, its_least = string.match(all[index + 1], '^(%d+) (%d+) ?(%d*) ?(%d*)$')
                    if at and now - tonumber(at) < memory then
                        nodes, passwords = nodes + 1, passwords + tonumber(each)
                        load, least = load + (tonumber(its_load) or 0), least + (tonumber(its_least) or 0)
                    end
                end
                return nodes, passwords, least, nodes > 0 and math.floor(load / nodes + 0.5) or 0
            end

            -- ARGV: node, passwords it checks a second, for how long it is believed (ms), how busy its loops are (thousandths), people
            -- it carries whatever is measured, how long a place lasts (ms).
            -- Gives: nodes, passwords a second, people the platform can carry (0: too little to tell), how busy the loops are.
            redis.register_function('preau_places_capacity', function(keys, a)
                local now, memory = clock(), tonumber(a[3])
                local all = redis.call('HGETALL', 'p1:nodes')
                for index = 1, math.min(#all, 512), 2 do
                    local at = tonumber(string.match(all[index + 1], '^%d+'))
                    if not at or now - at >= memory then redis.call('HDEL', 'p1:nodes', all[index]) end
                end
                redis.call('HSET', 'p1:nodes', a[1], string.format('%.0f %s %s %s', now, a[2], a[4] or 0, a[5] or 0))
                redis.call('PEXPIRE', 'p1:nodes', memory)
                local nodes, passwords, least, load = nodes_of(now, memory)
                -- A quarter busy or less says nothing about how many could come.
                if not a[6] or load < 250 then
                    redis.call('DEL', 'p1:carried')
                    return {nodes, passwords, 0, load}
                end
                -- As many as would keep the loops three quarters busy, if each causes as much as those who are in do now. Up at once,
                -- down slowly: a moment of much work is not yet too many people.
                local held = redis.call('ZCOUNT', 'p1:p', '(' .. text(now - tonumber(a[6])), '+inf')
                local found = math.max(held * 750 / load, least)
                local known = redis.call('HMGET', 'p1:carried', 'n', 't')
                local carried = tonumber(known[1] or found)
                if found > carried then carried = found
                else carried = carried + (found - carried) * (1 - math.exp(-math.max(0, now - tonumber(known[2] or now)) / 20000)) end
                -- Never fewer than are in.
                carried = math.max(carried, held)
                redis.call('HSET', 'p1:carried', 'n', tostring(carried), 't', text(now))
                redis.call('PEXPIRE', 'p1:carried', memory)
                return {nodes, passwords, math.floor(carried), load}
            end)

            -- ARGV: for how long a node is believed (ms). Gives the same.
            redis.register_function{function_name = 'preau_places_measured', flags = {'no-writes'}, callback = function(keys, a)
                local nodes, passwords, least, load = nodes_of(clock(), tonumber(a[1]))
                return {nodes, passwords, math.floor(tonumber(redis.call('HGET', 'p1:carried', 'n') or '0')), load}
            end}
            """)

    static let admit = RedisFunction("preau_places_let_in", in: library)
    static let release = RedisFunction("preau_places_give_back", in: library)
    static let note = RedisFunction("preau_places_note", in: library)
    static let restore = RedisFunction("preau_places_restore", in: library)
    static let show = RedisFunction("preau_places_show", in: library)
    static let capacity = RedisFunction("preau_places_capacity", in: library)
    static let measured = RedisFunction("preau_places_measured", in: library)
}
