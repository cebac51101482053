internal import Glibc

/// An IPv4 or IPv6 address as 16 bytes; IPv4 in its mapped form, so that one machine has one value.
struct Address: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    /// Nil unless `text` is a numeric address.
    init?(_ text: String) {
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(v4: v4.s_addr)
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        self.init(v6: v6)
    }

    /// Nil for a family that is not IP.
    init?(_ address: UnsafePointer<sockaddr>) {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            let v4 = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self)
            self.init(v4: v4.sin_addr.s_addr)
        case AF_INET6:
            let v6 = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in6.self)
            self.init(v6: v6.sin6_addr)
        default: return nil
        }
    }

    private init(v4 address: in_addr_t) {
        high = 0
        low = 0xffff_0000_0000 | UInt64(UInt32(bigEndian: address))
    }

    private init(v6 address: in6_addr) {
        (high, low) = withUnsafeBytes(of: address) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    var isV4: Bool { high == 0 && low >> 32 == 0xffff }

    var text: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        if isV4 {
            var v4 = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
            inet_ntop(AF_INET, &v4, &buffer, socklen_t(buffer.count))
        } else {
            var halves = (high.bigEndian, low.bigEndian)
            inet_ntop(AF_INET6, &halves, &buffer, socklen_t(buffer.count))
        }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// An address, or all that share its first bits.
struct AddressRange: Sendable {
    private let base: Address
    private let prefix: Int

    /// `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`.
    init(_ text: String) throws(HTTPError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let base = Address(String(parts[0])) else { throw .badAddressRange(text) }
        let width = base.isV4 ? 32 : 128
        var bits = width
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...width).contains(given) else { throw .badAddressRange(text) }
            bits = given
        }
        self.base = base
        prefix = bits + 128 - width
    }

    func contains(_ address: Address) -> Bool {
        let high = prefix >= 64 ? UInt64.max : ~(UInt64.max >> UInt64(prefix))
        let low = prefix >= 128 ? UInt64.max : prefix <= 64 ? 0 : ~(UInt64.max >> UInt64(prefix - 64))
        return (address.high ^ base.high) & high == 0 && (address.low ^ base.low) & low == 0
    }
}
