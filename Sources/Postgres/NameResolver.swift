internal import Glibc
internal import Runtime

/// Host names to addresses, off the loops: `getaddrinfo` blocks, and libpq would call it on ours.
enum NameResolver {
    /// Shared by every server's pool. Two threads, so that one name whose DNS hangs does not hold up another's; few names are
    /// ever looked up, and only on connecting.
    private static let pool = try? BlockingPool(name: "resolve", threads: 2, queue: 256)

    static func needsLookup(_ host: String) -> Bool {
        if host.hasPrefix("/") { return false }
        var buffer = in6_addr()
        return inet_pton(AF_INET, host, &buffer) != 1 && inet_pton(AF_INET6, host, &buffer) != 1
    }

    /// The first address of `host`, numeric; nil when it has none. Answers on `loop`.
    static func resolve(_ host: String, on loop: EventLoop, _ answer: @escaping @Sendable (String?) -> Void) {
        loop.spawn { answer(try? await pool?.run { lookUp(host) }) }
    }

    private static func lookUp(_ host: String) -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &found) == 0, let found else { return nil }
        defer { freeaddrinfo(found) }
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(
                found.pointee.ai_addr, found.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
                == 0
        else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
