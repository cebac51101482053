internal import Foundation

/// `preau`: the operators' command. Everything it does goes through the admin service.
package enum OperatorCommand {
    /// - Parameter arguments: after the program's name.
    /// - Returns: what to print on standard output, and whether all went well.
    /// - Throws: `OperatorError`; the program then ends with status 1.
    package static func run(_ arguments: [String]) async throws -> (text: String, succeeded: Bool) {
        var words = Words(arguments)
        let wantsHelp = words.flag("--help") || words.flag("-h")
        let wantsJSON = words.flag("--json")
        let state = try words.option("--state") ?? ".preau"
        guard let command = words.command(of: commands) else {
            guard let first = words.first else { return (help, true) }
            let near = commands.filter { $0.words.first == first }
            if wantsHelp { return (near.isEmpty ? help : overview(of: near), true) }
            throw OperatorError.usage(
                "no such command: \(first)\n\n"
                    + (near.isEmpty ? "preau --help lists them all" : overview(of: near)))
        }
        guard !wantsHelp else {
            return ("preau \(command.name) \(command.usage)\n\n\(command.summary)\n\n\(options)", true)
        }
        let client: AdminClient
        if command.needsStack {
            let stack = try StackFile.read(state: state)
            client = AdminClient(base: stack.admin, token: stack.adminToken)
        } else {
            client = AdminClient(base: "", token: "")
        }
        let output = try await command.run(&words, client)
        return (wantsJSON ? String(decoding: output.json, as: UTF8.self) : output.text, !output.hasFailed)
    }

    static let commands: [Command] = [
        ManifestCommands.all, PlatformCommands.all, NodeCommands.all, JobCommands.all, AuditCommands.all,
        MandateCommands.all, TokenCommands.all,
        FeedCommands.all, MoveCommands.all, ShardCommands.all, AdmissionCommands.all, QuotaCommands.all,
        EstablishmentCommands.all, BackupCommands.all, RestoreCommands.all, RepositoryCommands.all,
        AccountCommands.all, CampaignCommands.all, ServiceCommands.all, SessionCommands.all, UpstreamCommands.all,
        CompletionCommands.all,
    ].flatMap { $0 }

    private static let options = """
        Options everywhere:
          --state DIR   the stack to talk to (default .preau)
          --json        what programs read
          --help        this
        """

    /// One line a command, two where how it is used takes too much of one.
    private static func overview(of commands: [Command]) -> String {
        let column = 36
        let lines = commands.map { command in
            let head = "  \(command.name) \(command.usage)"
            let room = column - head.count
            return head + (room < 2 ? "\n" : "") + String(repeating: " ", count: room < 2 ? column : room)
                + command.summary
        }
        return lines.joined(separator: "\n")
    }

    private static var help: String {
        "preau – operates a Préau platform\n\n" + overview(of: commands) + "\n\n" + options
    }
}
