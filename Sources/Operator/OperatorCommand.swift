internal import Foundation

/// `preau`: the operators' command. Everything it does goes through the admin service.
package enum OperatorCommand {
    /// - Parameter arguments: after the program's name.
    /// - Returns: what to print on standard output.
    /// - Throws: `OperatorError`; the program then ends with status 1.
    package static func run(_ arguments: [String]) async throws -> String {
        var words = Words(arguments)
        let wantsHelp = words.flag("--help") || words.flag("-h")
        let wantsJSON = words.flag("--json")
        let state = try words.option("--state") ?? ".preau"
        guard let command = words.command(of: commands) else {
            if let first = words.first, !wantsHelp { throw OperatorError.usage("no such command: \(first)\n\n\(help)") }
            return help
        }
        guard !wantsHelp else { return "preau \(command.name) \(command.usage)\n\n\(command.summary)\n\n\(options)" }
        let stack = try StackFile.read(state: state)
        let output = try await command.run(&words, AdminClient(base: stack.admin, token: stack.adminToken))
        return wantsJSON ? String(decoding: output.json, as: UTF8.self) : output.text
    }

    private static let commands =
        ManifestCommands.all + PlatformCommands.all + JobCommands.all + AuditCommands.all
        + MandateCommands.all

    private static let options = """
        Options everywhere:
          --state DIR   the stack to talk to (default .preau)
          --json        what programs read
          --help        this
        """

    private static var help: String {
        let width = commands.map { "\($0.name) \($0.usage)".count }.max() ?? 0
        let lines = commands.map { command in
            let head = "\(command.name) \(command.usage)"
            return "  " + head + String(repeating: " ", count: width - head.count + 2) + command.summary
        }
        return "preau – operates a Préau platform\n\n" + lines.joined(separator: "\n") + "\n\n" + options
    }
}
