internal import Redis

/// What presence asks of Redis. All times are Redis's own: the nodes' clocks may differ.
enum PresenceFunctions {
    static let library = RedisFunctionLibrary(
        name: "preau_presence", version: 2,
        source: """
            local function clock()
                local time = redis.call('TIME')
                return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
            end

            -- Signs of presence are told late, by loops that do not know of each other: who signed out meanwhile is not there. An
            -- account or a session that ended is remembered for two minutes, longer than any sign is on its way.
            local function mark_end(who, now)
                redis.call('SET', 'p1:o:' .. who, string.format('%.0f', now), 'PX', 120000)
            end

            local function ended_since(at, account, session)
                local ends = redis.call('MGET', 'p1:o:' .. account, 'p1:o:' .. session)
                return tonumber(ends[1] or -1) >= at or tonumber(ends[2] or -1) >= at
            end

            -- A set is trimmed whenever it is written, and expires when it is not: nothing listens to expiries.
            local function tell(arguments, has_age)
                local now, life = clock(), tonumber(arguments[1])
                local touched, index = {}, 2
                while arguments[index] do
                    local account, session, at = arguments[index], arguments[index + 1], now
                    index = index + 2
                    if has_age then at, index = now - tonumber(arguments[index]), index + 1 end
                    local count = tonumber(arguments[index])
                    if not ended_since(at, account, session) then
                        local sessions = 'p1:a:' .. account
                        redis.call('ZADD', sessions, 'GT', at, session)
                        touched[sessions] = true
                        for number = index + 1, index + count do
                            redis.call('ZADD', arguments[number], 'GT', at, account)
                            touched[arguments[number]] = true
                        end
                    end
                    index = index + 1 + count
                end
                for key in pairs(touched) do
                    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - life)
                    redis.call('PEXPIRE', key, life)
                end
                return now
            end

            -- ARGV: how long a place lasts (ms), then for each person: account, session, how long ago (ms), n, n keys.
            redis.register_function('preau_presence_seen', function(keys, arguments) return tell(arguments, true) end)

            -- The same without how long ago: nodes of the version before.
            redis.register_function('preau_presence_beat', function(keys, arguments) return tell(arguments, false) end)

            -- ARGV: how long a place lasts (ms), account, session, keys. The place is free when this was the last session.
            redis.register_function('preau_presence_leave', function(keys, arguments)
                local now, life = clock(), tonumber(arguments[1])
                local sessions = 'p1:a:' .. arguments[2]
                redis.call('ZREM', sessions, arguments[3])
                mark_end(arguments[3], now)
                redis.call('ZREMRANGEBYSCORE', sessions, '-inf', now - life)
                if redis.call('ZCARD', sessions) > 0 then return 0 end
                for index = 4, #arguments do redis.call('ZREM', arguments[index], arguments[2]) end
                return 1
            end)

            -- ARGV: account, keys.
            redis.register_function('preau_presence_leave_everywhere', function(keys, arguments)
                mark_end(arguments[1], clock())
                redis.call('UNLINK', 'p1:a:' .. arguments[1])
                for index = 2, #arguments do redis.call('ZREM', arguments[index], arguments[1]) end
                return 1
            end)

            -- ARGV: how long ago somebody was seen at most (ms), keys. Exact whatever has been trimmed.
            redis.register_function{function_name = 'preau_presence_count', flags = {'no-writes'}, callback = function(keys, arguments)
                local since, counts = clock() - tonumber(arguments[1]), {}
                for index = 2, #arguments do
                    counts[#counts + 1] = redis.call('ZCOUNT', arguments[index], '(' .. string.format('%.0f', since), '+inf')
                end
                return counts
            end}

            -- ARGV: how long ago (ms), key, how many to leave out, how many to give. Account and ms since it was seen, the latest first.
            redis.register_function{function_name = 'preau_presence_list', flags = {'no-writes'}, callback = function(keys, arguments)
                local now = clock()
                local found = redis.call('ZREVRANGEBYSCORE', arguments[2], '+inf',
                    '(' .. string.format('%.0f', now - tonumber(arguments[1])), 'WITHSCORES', 'LIMIT', arguments[3], arguments[4])
                for index = 2, #found, 2 do found[index] = math.floor(now - tonumber(found[index])) end
                return found
            end}
            """)

    static let seen = RedisFunction("preau_presence_seen", in: library)
    static let leave = RedisFunction("preau_presence_leave", in: library)
    static let leaveEverywhere = RedisFunction("preau_presence_leave_everywhere", in: library)
    static let count = RedisFunction("preau_presence_count", in: library)
    static let list = RedisFunction("preau_presence_list", in: library)
}
