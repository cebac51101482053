internal import Glibc
internal import Synchronization

/// Structured log: one JSON object a line on standard error.
///
/// Never log what a person wrote, a password, a token, a cookie or a name: log identifiers, counts and codes. A value is
/// cut at 2,000 bytes, so that no input can fill a disk with one line.
package struct Log: Sendable {
    package enum Level: Int, Comparable, Sendable {
        case debug, info, notice, warning, error

        package init?(_ name: String) {
            switch name {
            case "debug": self = .debug
            case "info": self = .info
            case "notice": self = .notice
            case "warning": self = .warning
            case "error": self = .error
            default: return nil
            }
        }

        /// Written out: what the language prints of a case is found by reflection, on every line.
        var name: String {
            switch self {
            case .debug: "debug"
            case .info: "info"
            case .notice: "notice"
            case .warning: "warning"
            case .error: "error"
            }
        }

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    package enum Value: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation,
        ExpressibleByIntegerLiteral,
        ExpressibleByBooleanLiteral
    {
        case text(String)
        case integer(Int)
        case number(Double)
        case flag(Bool)

        package init(stringLiteral value: String) { self = .text(value) }
        package init(integerLiteral value: Int) { self = .integer(value) }
        package init(booleanLiteral value: Bool) { self = .flag(value) }
    }

    /// The least level written; set once at start, changeable while running.
    package static var threshold: Level {
        get { Level(rawValue: levelStorage.load(ordering: .relaxed)) ?? .info }
        set { levelStorage.store(newValue.rawValue, ordering: .relaxed) }
    }

    private static let levelStorage = Atomic(Level.info.rawValue)
    private static let limit = 2000

    private let component: String
    private let fixed: [(String, Value)]

    /// - Parameter component: the part of the program that speaks: a module's or a process's name.
    package init(_ component: String, _ fixed: [(String, Value)] = []) {
        self.component = component
        self.fixed = fixed
    }

    /// The same log with more fields on every line.
    package func with(_ more: (String, Value)...) -> Log { Log(component, fixed + more) }

    package func debug(_ message: StaticString, _ fields: (String, Value)...) { write(.debug, message, fields) }
    package func info(_ message: StaticString, _ fields: (String, Value)...) { write(.info, message, fields) }
    package func notice(_ message: StaticString, _ fields: (String, Value)...) { write(.notice, message, fields) }
    package func warning(_ message: StaticString, _ fields: (String, Value)...) { write(.warning, message, fields) }
    package func error(_ message: StaticString, _ fields: (String, Value)...) { write(.error, message, fields) }

    private func write(_ level: Level, _ message: StaticString, _ fields: [(String, Value)]) {
        guard level >= Log.threshold else { return }
        var line = ""
        line.reserveCapacity(320)
        line += #"{"at":""#
        line += Timestamp.iso8601(microseconds: WallClock.microseconds)
        line += #"","level":""#
        line += level.name
        line += #"","component":"#
        Log.appendQuoted(component, to: &line)
        line += #","message":"#
        Log.appendQuoted(message.description, to: &line)
        for (name, value) in fixed + fields {
            line += ","
            Log.appendQuoted(name, to: &line)
            line += ":"
            switch value {
            case .text(let text): Log.appendQuoted(text, to: &line)
            case .integer(let integer): line += String(integer)
            case .number(let number): line += number.isFinite ? String(number) : "null"
            case .flag(let flag): line += flag ? "true" : "false"
            }
        }
        line += "}\n"
        // One write(2) a line: lines of several threads and processes never mix.
        line.withUTF8 { bytes in _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
    }

    private static func appendQuoted(_ text: String, to line: inout String) {
        line += "\""
        if text.utf8.count <= limit, text.utf8.allSatisfy(isPlain) {
            // What nearly every value is: nothing to look at one by one.
            line += text
            line += "\""
            return
        }
        var written = 0
        for scalar in text.unicodeScalars {
            written += UTF8.width(scalar)
            guard written <= limit else {
                line += "…"
                break
            }
            switch scalar {
            case "\"": line += "\\\""
            case "\\": line += "\\\\"
            case "\n": line += "\\n"
            case let control where control.value < 0x20 || control.value == 0x7f:
                let digits = String(control.value, radix: 16)
                line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: line.unicodeScalars.append(scalar)
            }
        }
        line += "\""
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}
