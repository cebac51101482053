/// A library of Redis Functions (Lua, Redis 7), loaded by the client that uses it.
///
/// Functions rather than scripts by hash: a library is replicated and persisted, while the script cache is lost at a
/// failover. Two versions of the program may run at once while nodes are replaced, so a library of a higher version is
/// never replaced by a lower one: a new version keeps answering the calls of the version before.
package struct RedisFunctionLibrary: Hashable, Sendable {
    package let name: String
    package let version: Int
    /// Lua that calls `redis.register_function`; without the `#!lua` line, which is added.
    package let source: String

    package init(name: String, version: Int, source: String) {
        self.name = name
        self.version = version
        self.source = source
    }

    private static let versionMark = "-- version "

    /// What `FUNCTION LOAD` is given.
    var code: String { "#!lua name=\(name)\n\(RedisFunctionLibrary.versionMark)\(version)\n\(source)" }

    /// Whether the library whose code Redis has must be replaced by this one.
    func replaces(_ loaded: String?) -> Bool {
        guard let loaded else { return true }
        guard loaded != code else { return false }
        return RedisFunctionLibrary.version(of: loaded) <= version
    }

    /// The version that the second line of a loaded library states; 0 when it states none.
    static func version(of code: String) -> Int {
        let lines = code.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count > 1, lines[1].hasPrefix(versionMark) else { return 0 }
        return Int(lines[1].dropFirst(versionMark.count)) ?? 0
    }
}

/// A function of a library, by the name it is registered under.
package struct RedisFunction: Sendable {
    package let library: RedisFunctionLibrary
    package let name: String

    package init(_ name: String, in library: RedisFunctionLibrary) {
        self.name = name
        self.library = library
    }
}
