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
            if let first = words.first, !wantsHelp { throw OperatorError.usage("no such command: \(first)\n\n\(help)") }
            return (help, true)
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

    private static var help: String {
        let width = commands.map { "\($0.name) \($0.usage)".count }.max() ?? 0
        let lines = commands.map { command in
            let head = "\(command.name) \(command.usage)"
            return "  " + head + String(repeating: " ", count: width - head.count + 2) + command.summary
        }
        return "preau – operates a Préau platform\n\n" + lines.joined(separator: "\n") + "\n\n" + options
    }
}
