internal import Foundation

/// One of the command's words, such as `shard add`.
struct Command: Sendable {
    let words: [String]
    /// Its arguments, as the help shows them.
    let usage: String
    let summary: String
    /// Whether there has to be a platform to talk to.
    var needsStack = true
    let run: @Sendable (_ words: inout Words, _ client: AdminClient) async throws -> Output

    var name: String { words.joined(separator: " ") }
}

/// What a command prints: for people, and with `--json` for programs.
struct Output: Sendable {
    let text: String
    let json: Data
    /// Printed all the same; the program then ends with status 1.
    var hasFailed = false
}

/// The words after a command's name.
struct Words: Sendable {
    private var rest: [String]

    init(_ words: [String]) { rest = words }

    /// The value of an option, written `--name value` or `--name=value`.
    mutating func option(_ name: String) throws -> String? {
        if let index = rest.firstIndex(where: { $0.hasPrefix(name + "=") }) {
            return String(rest.remove(at: index).dropFirst(name.count + 1))
        }
        guard let index = rest.firstIndex(of: name) else { return nil }
        guard index + 1 < rest.count else { throw OperatorError.usage("\(name): a value is missing") }
        defer { rest.removeSubrange(index...index + 1) }
        return rest[index + 1]
    }

    mutating func required(_ name: String) throws -> String {
        guard let value = try option(name) else { throw OperatorError.usage("\(name) is missing") }
        return value
    }

    mutating func number(_ name: String) throws -> Int? {
        guard let text = try option(name) else { return nil }
        guard let number = Int(text) else { throw OperatorError.usage("\(name): expected a number, found “\(text)”") }
        return number
    }

    mutating func flag(_ name: String) -> Bool {
        guard let index = rest.firstIndex(of: name) else { return false }
        rest.remove(at: index)
        return true
    }

    /// The next word that is no option. - Parameter what: for the message when there is none.
    mutating func word(_ what: String) throws -> String {
        guard let index = rest.firstIndex(where: { !$0.hasPrefix("-") }) else {
            throw OperatorError.usage("\(what) is missing")
        }
        return rest.remove(at: index)
    }

    /// Takes the longest name among `commands` that the words begin with.
    mutating func command(of commands: [Command]) -> Command? {
        let found = commands.filter { rest.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
        if let found { rest.removeFirst(found.words.count) }
        return found
    }

    var first: String? { rest.first }

    func end() throws {
        if let word = rest.first { throw OperatorError.usage("not understood: \(word)") }
    }
}
