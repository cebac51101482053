internal import Glibc

/// A program's arguments, taken one by one.
package struct Arguments {
    private var rest: [String]

    package init(_ arguments: [String]) { rest = arguments }

    /// The value of an option, which may be written `--name value` or `--name=value`; nil when it is absent.
    /// - Throws: `UsageError` when the value is missing.
    package mutating func option(_ name: String) throws(UsageError) -> String? {
        if let index = rest.firstIndex(where: { $0.hasPrefix(name + "=") }) {
            return String(rest.remove(at: index).dropFirst(name.count + 1))
        }
        guard let index = rest.firstIndex(of: name) else { return nil }
        guard index + 1 < rest.count else { throw UsageError("\(name): a value is missing") }
        let value = rest[index + 1]
        rest.removeSubrange(index...index + 1)
        return value
    }

    package mutating func required(_ name: String) throws(UsageError) -> String {
        guard let value = try option(name) else { throw UsageError("\(name) is missing") }
        return value
    }

    package mutating func flag(_ name: String) -> Bool {
        guard let index = rest.firstIndex(of: name) else { return false }
        rest.remove(at: index)
        return true
    }

    /// The next argument that is no option.
    package mutating func word() -> String? {
        guard let index = rest.firstIndex(where: { !$0.hasPrefix("--") }) else { return nil }
        return rest.remove(at: index)
    }

    /// - Throws: `UsageError` naming what was not understood.
    package func end() throws(UsageError) {
        if let first = rest.first { throw UsageError("not understood: \(first)") }
    }

    /// Of this machine.
    package static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

/// Arguments that a program does not understand, in words for whoever typed them.
package struct UsageError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
