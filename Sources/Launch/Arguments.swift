internal import Glibc

/// A program's arguments, taken one by one.
package struct Arguments {
    private var rest: [String]

    package init(_ arguments: [String]) { rest = arguments }

    /// The value of an option, which may be written `--name value` or `--name=value`; nil when it is absent.
    /// - Throws: `LaunchError.usage` when the value is missing.
    package mutating func option(_ name: String) throws(LaunchError) -> String? {
        if let index = rest.firstIndex(where: { $0.hasPrefix(name + "=") }) {
            return String(rest.remove(at: index).dropFirst(name.count + 1))
        }
        guard let index = rest.firstIndex(of: name) else { return nil }
        guard index + 1 < rest.count else { throw .usage("\(name): a value is missing") }
        let value = rest[index + 1]
        rest.removeSubrange(index...index + 1)
        return value
    }

    package mutating func required(_ name: String) throws(LaunchError) -> String {
        guard let value = try option(name) else { throw .usage("\(name) is missing") }
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

    /// - Throws: `LaunchError.usage` naming what was not understood.
    package func end() throws(LaunchError) {
        if let first = rest.first { throw .usage("not understood: \(first)") }
    }

    static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
