internal import Glibc

/// An IPv4 address and a port.
struct IPv4Endpoint: Sendable, Equatable {
    /// The first number of the four in the highest byte.
    let address: UInt32
    let port: UInt16

    init(address: UInt32, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// `http://127.0.0.1:8080`, with or without a slash behind it. Plain HTTP to an address only: a load generator measures the
    /// platform, neither TLS nor a resolver.
    init?(origin: String) {
        guard origin.hasPrefix("http://") else { return nil }
        let place = origin.dropFirst(7).split(separator: "/", omittingEmptySubsequences: true)
        guard place.count == 1 else { return nil }
        let parts = place[0].split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard numbers.count == 4, parts.count <= 2, let port = parts.count == 2 ? UInt16(parts[1]) : 80 else {
            return nil
        }
        var address: UInt32 = 0
        for number in numbers {
            guard let number else { return nil }
            address = address << 8 | UInt32(number)
        }
        self.init(address: address, port: port)
    }

    /// Gives the system its form of it.
    func use<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        place.sin_addr = in_addr(s_addr: address.bigEndian)
        return withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
