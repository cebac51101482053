internal import CArgon2

/// Password hashes by argon2id (RFC 9106), stored as PHC strings. One takes tens of milliseconds and megabytes: run these on
/// a `BlockingPool`, never on a loop.
package enum Argon2id {
    package struct Cost: Equatable, Sendable {
        package let memoryKiB: UInt32
        package let passes: UInt32
        package let lanes: UInt32

        package init(memoryKiB: UInt32, passes: UInt32, lanes: UInt32) {
            self.memoryKiB = memoryKiB
            self.passes = passes
            self.lanes = lanes
        }

        /// OWASP's first choice: 19 MiB, two passes, one lane.
        package static let standard = Cost(memoryKiB: 19_456, passes: 2, lanes: 1)
        /// What a stored hash may ask for at most, so that one row of an import cannot take the machine's memory.
        package static let limit = Cost(memoryKiB: 262_144, passes: 16, lanes: 4)

        func isWithin(_ limit: Cost) -> Bool {
            memoryKiB <= limit.memoryKiB && passes <= limit.passes && lanes <= limit.lanes
        }
    }

    private static let saltByteCount = 16
    private static let hashByteCount = 32

    /// Hashes with a new random salt.
    /// - Returns: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
    package static func hash(_ password: [UInt8], cost: Cost = .standard) throws(CryptographyError) -> String {
        try hash(password, salt: SecureRandom.bytes(saltByteCount), byteCount: hashByteCount, cost: cost)
    }

    static func hash(
        _ password: [UInt8], salt: [UInt8], byteCount: Int, cost: Cost
    ) throws(CryptographyError) -> String {
        let capacity = argon2_encodedlen(
            cost.passes, cost.memoryKiB, cost.lanes, UInt32(salt.count), UInt32(byteCount), Argon2_id)
        var encoded = [CChar](repeating: 0, count: capacity)
        let code = argon2id_hash_encoded(
            cost.passes, cost.memoryKiB, cost.lanes, password, password.count, salt, salt.count, byteCount, &encoded,
            encoded.count)
        guard code == ARGON2_OK.rawValue else { throw .argon2(code: code) }
        return String(decoding: encoded.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// A key from a passphrase: the same each time for the same salt and cost.
    /// - Throws: `.argon2` when there is not memory enough, `.malformedHash` when the cost is past `limit`.
    package static func key(
        from passphrase: [UInt8], salt: [UInt8], byteCount: Int = 32, cost: Cost
    ) throws(CryptographyError) -> [UInt8] {
        guard cost.isWithin(.limit) else { throw .malformedHash }
        var key = [UInt8](repeating: 0, count: byteCount)
        let code = argon2id_hash_raw(
            cost.passes, cost.memoryKiB, cost.lanes, passphrase, passphrase.count, salt, salt.count, &key, key.count)
        guard code == ARGON2_OK.rawValue else { throw .argon2(code: code) }
        return key
    }

    /// Whether `password` is the one `encoded` was made from.
    /// - Throws: `.malformedHash` when `encoded` is not an acceptable PHC string.
    package static func verify(_ password: [UInt8], against encoded: String) throws(CryptographyError) -> Bool {
        guard let cost = cost(of: encoded), cost.isWithin(.limit) else { throw .malformedHash }
        let parts = encoded.split(separator: "$", omittingEmptySubsequences: false)
        // Both as short as libargon2 takes them.
        guard let salt = unpadded(parts[4]), let expected = unpadded(parts[5]), salt.count >= 8, expected.count >= 4
        else { throw .malformedHash }
        let (code, found) = compute(password, salt: salt, byteCount: expected.count, cost: cost)
        switch code {
        case ARGON2_OK.rawValue: return constantTimeEqual(found, expected)
        case ARGON2_MEMORY_ALLOCATION_ERROR.rawValue: throw .argon2(code: code)
        default: throw .malformedHash
        }
    }

    /// Of base64 without its padding, which is how a PHC string has it.
    private static func unpadded(_ text: Substring) -> [UInt8]? {
        guard !text.hasSuffix("=") else { return nil }
        return Base64.decode(text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
    }

    private static func compute(
        _ password: [UInt8], salt: [UInt8], byteCount: Int, cost: Cost
    ) -> (code: Int32, hash: [UInt8]) {
        var hash = [UInt8](repeating: 0, count: byteCount)
        // libargon2 only reads what it is given to change: nothing in the flags asks it to wipe the password.
        var (password, salt) = (password, salt)
        let code = hash.withUnsafeMutableBufferPointer { hash in
            password.withUnsafeMutableBufferPointer { password in
                salt.withUnsafeMutableBufferPointer { salt in
                    var context = argon2_context()
                    context.out = hash.baseAddress
                    context.outlen = UInt32(hash.count)
                    context.pwd = password.baseAddress
                    context.pwdlen = UInt32(password.count)
                    context.salt = salt.baseAddress
                    context.saltlen = UInt32(salt.count)
                    context.t_cost = cost.passes
                    context.m_cost = cost.memoryKiB
                    context.lanes = cost.lanes
                    context.threads = cost.lanes
                    context.version = ARGON2_VERSION_NUMBER.rawValue
                    context.allocate_cbk = { Argon2Memory.allocate($0, $1) }
                    context.free_cbk = { Argon2Memory.giveBack($0, $1) }
                    return argon2_ctx(&context, Argon2_id)
                }
            }
        }
        return (code, hash)
    }

    /// Whether `encoded` was made with another cost than `cost`, so that it should be replaced at the next sign-in.
    package static func needsRehash(_ encoded: String, cost wanted: Cost = .standard) -> Bool {
        cost(of: encoded) != wanted
    }

    /// The cost written in a PHC string; nil when it is not one of argon2id version 19.
    package static func cost(of encoded: String) -> Cost? {
        let parts = encoded.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else { return nil }
        let settings = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard settings.count == 3,
            let memory = number(settings[0], after: "m="),
            let passes = number(settings[1], after: "t="),
            let lanes = number(settings[2], after: "p=")
        else { return nil }
        return Cost(memoryKiB: memory, passes: passes, lanes: lanes)
    }

    private static func number(_ text: Substring, after prefix: String) -> UInt32? {
        text.hasPrefix(prefix) ? UInt32(text.dropFirst(prefix.count)) : nil
    }
}
