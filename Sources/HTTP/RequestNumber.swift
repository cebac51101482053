internal import Synchronization

/// Request identifiers: a random prefix of the process and a count, so that one costs no system call and none comes twice.
enum RequestNumber {
    private static let prefix = hexadecimal(UInt64.random(in: .min ... .max))
    private static let count = Atomic<UInt64>(0)

    static func next() -> String {
        let number = String(count.wrappingAdd(1, ordering: .relaxed).newValue, radix: 16)
        return prefix + "-" + number
    }

    static func isWellFormed(_ id: String) -> Bool {
        (8...64).contains(id.utf8.count) && id.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "._-".utf8.contains($0) }
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
