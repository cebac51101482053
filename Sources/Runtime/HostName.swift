internal import Glibc
internal import Synchronization

/// Host names to numeric addresses, off the loops: `getaddrinfo` blocks for seconds when a name server is gone.
package enum HostName {
    /// One thread is enough for the handful of names a process knows; a name server that hangs delays names only.
    private static let pool = Mutex<BlockingPool?>(nil)

    /// Whether `host` is an IPv4 or IPv6 address already.
    package static func isNumeric(_ host: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1
    }

    /// The numeric addresses of `host`, in the system's order of preference; `host` itself when it is numeric.
    /// - Throws: `RuntimeError.unknownHost` when it has none, `.overloaded` when too many names wait already.
    package static func resolve(_ host: String) async throws(RuntimeError) -> [String] {
        if isNumeric(host) { return [host] }
        let pool = try pool.withLock { (existing: inout BlockingPool?) throws(RuntimeError) -> BlockingPool in
            if let existing { return existing }
            let made = try BlockingPool(name: "names", threads: 1, queue: 64)
            existing = made
            return made
        }
        let addresses: [String]
        do {
            addresses = try await pool.run { HostName.lookUp(host) }
        } catch {
            throw error as? RuntimeError ?? .unknownHost
        }
        guard !addresses.isEmpty else { throw .unknownHost }
        return addresses
    }

    private static func lookUp(_ host: String) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        var next = list
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
                == 0
            {
                addresses.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
            }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}
