internal import Redis

/// What presence asks of Redis. All times are Redis's own: the nodes' clocks may differ.
enum PresenceFunctions {
    static let library = RedisFunctionLibrary(
        name: "preau_presence", version: 1,
        source: """
            local function clock()
                local time = redis.call('TIME')
                return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
            end

            -- ARGV: how long a place lasts (ms), then for each person: account, session, n, n keys.
            -- A set is trimmed whenever it is written, and expires when it is not: nothing listens to expiries.
            redis.register_function('preau_presence_beat', function(keys, arguments)
                local now, life = clock(), tonumber(arguments[1])
                local touched, index = {}, 2
                while arguments[index] do
                    local account, session, count = arguments[index], arguments[index + 1], tonumber(arguments[index + 2])
                    local sessions = 'p1:a:' .. account
                    redis.call('ZADD', sessions, 'GT', now, session)
                    touched[sessions] = true
                    for number = index + 3, index + 2 + count do
                        redis.call('ZADD', arguments[number], 'GT', now, account)
                        touched[arguments[number]] = true
                    end
                    index = index + 3 + count
                end
                for key in pairs(touched) do
                    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - life)
                    redis.call('PEXPIRE', key, life)
                end
                return now
            end)

            -- ARGV: how long a place lasts (ms), account, session, keys. The place is free when this was the last session.
            redis.register_function('preau_presence_leave', function(keys, arguments)
                local now, life = clock(), tonumber(arguments[1])
                local sessions = 'p1:a:' .. arguments[2]
                redis.call('ZREM', sessions, arguments[3])
                redis.call('ZREMRANGEBYSCORE', sessions, '-inf', now - life)
                if redis.call('ZCARD', sessions) > 0 then return 0 end
                for index = 4, #arguments do redis.call('ZREM', arguments[index], arguments[2]) end
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

    static let beat = RedisFunction("preau_presence_beat", in: library)
    static let leave = RedisFunction("preau_presence_leave", in: library)
    static let count = RedisFunction("preau_presence_count", in: library)
    static let list = RedisFunction("preau_presence_list", in: library)
}
