internal import CHiredis

/// A reply of Redis, copied out of the library's memory.
package enum RedisValue: Equatable, Sendable {
    case null
    case integer(Int)
    /// A string or a status line such as `OK`.
    case text([UInt8])
    case array([RedisValue])
    /// An error inside an array or a pipeline, its whole message. A single command's error is thrown instead.
    case error(String)

    package static let ok = RedisValue.text(Array("OK".utf8))

    package var isNull: Bool { self == .null }

    package var bytes: [UInt8]? {
        if case .text(let bytes) = self { bytes } else { nil }
    }

    /// The text as UTF-8; invalid sequences become U+FFFD.
    package var string: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    /// An integer reply, or a text that spells one (what `GET` gives for a counter).
    package var integer: Int? {
        switch self {
        case .integer(let value): value
        case .text: string.flatMap { Int($0) }
        default: nil
        }
    }

    package var array: [RedisValue]? {
        if case .array(let values) = self { values } else { nil }
    }

    /// The reply itself, or the error it is, thrown.
    func orThrow() throws(RedisError) -> RedisValue {
        guard case .error(let message) = self else { return self }
        throw .server(code: RedisValue.code(of: message))
    }

    /// The first word only: what follows may quote a key or an argument.
    static func code(of message: String) -> String {
        String(message.prefix { $0 != " " }.prefix(64))
    }
}

extension RedisValue {
    init(_ reply: UnsafePointer<redisReply>) {
        let type = reply.pointee.type
        switch type {
        case REDIS_REPLY_INTEGER: self = .integer(Int(reply.pointee.integer))
        case REDIS_REPLY_STRING, REDIS_REPLY_STATUS:
            self = .text(RedisValue.copy(reply))
        case REDIS_REPLY_ERROR: self = .error(String(decoding: RedisValue.copy(reply), as: UTF8.self))
        case REDIS_REPLY_ARRAY:
            let elements = UnsafeBufferPointer(start: reply.pointee.element, count: reply.pointee.elements)
            self = .array(elements.map { $0.map { RedisValue($0) } ?? .null })
        default: self = .null
        }
    }

    private static func copy(_ reply: UnsafePointer<redisReply>) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: reply.pointee.str, count: reply.pointee.len))
    }
}
