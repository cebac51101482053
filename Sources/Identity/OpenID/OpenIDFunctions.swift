internal import Redis

enum OpenIDFunctions {
    // `preau_code_take` is for nodes of earlier versions, which may run beside this one.
    private static let library = RedisFunctionLibrary(
        name: "preau_openid", version: 1,
        source: """
            -- KEYS: a code, the mark of its use · ARGV: seconds that the mark lasts
            redis.register_function('preau_code_take', function(keys, arguments)
                local value = redis.call('GET', keys[1])
                if value then
                    redis.call('DEL', keys[1])
                    redis.call('SET', keys[2], string.sub(value, 1, 36), 'EX', arguments[1])
                    return {1, value}
                end
                local grant = redis.call('GET', keys[2])
                if not grant then return {0, ''} end
                if string.sub(grant, 1, 1) ~= 'x' then redis.call('SET', keys[2], 'x' .. grant, 'KEEPTTL') end
                return {2, string.sub(grant, -36)}
            end)
            -- KEYS: an access token, those of its grant, the mark of the code's use · ARGV: value, seconds to live
            redis.register_function('preau_token_put', function(keys, arguments)
                local used = redis.call('GET', keys[3])
                if used and string.sub(used, 1, 1) == 'x' then return 0 end
                redis.call('SET', keys[1], arguments[1], 'EX', arguments[2])
                redis.call('RPUSH', keys[2], keys[1])
                redis.call('LTRIM', keys[2], -20, -1)
                redis.call('EXPIRE', keys[2], arguments[2])
                return 1
            end)
            """)

    /// Keeps an access token unless the code that it comes from was used twice meanwhile; 1 when it did.
    static let putToken = RedisFunction("preau_token_put", in: library)
}
