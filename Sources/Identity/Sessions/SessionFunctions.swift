internal import Redis

enum SessionFunctions {
    private static let library = RedisFunctionLibrary(
        name: "preau_session", version: 1,
        source: """
            -- KEYS: a session · ARGV: its value, seconds to live
            redis.register_function('preau_session_put', function(keys, arguments)
                local present = redis.call('GET', keys[1])
                if present and string.byte(present, 1) == 2 then return 0 end
                redis.call('SET', keys[1], arguments[1], 'EX', arguments[2])
                return 1
            end)
            """)

    /// Writes a session unless it was ended (`StoredSession.ended`) in the meantime; 1 when it was written.
    static let put = RedisFunction("preau_session_put", in: library)
}
