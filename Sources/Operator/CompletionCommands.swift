internal import Foundation

/// What the shell completes and what `man` shows, made from the commands themselves: they cannot be out of date.
enum CompletionCommands {
    static let all: [Command] =
        ["bash", "zsh", "fish"].map { shell in
            Command(
                words: ["completion", shell], usage: "", summary: "Prints what completes commands in \(shell).",
                needsStack: false
            ) { words, _ in
                try words.end()
                let commands = OperatorCommand.commands
                return output(
                    shell == "fish"
                        ? fish(commands)
                        : (shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : "") + bash(commands))
            }
        } + [
            Command(
                words: ["man"], usage: "", summary: "Prints the manual page: preau man | man -l -", needsStack: false
            ) {
                words, _ in
                try words.end()
                return output(man(OperatorCommand.commands))
            }
        ]

    private static func output(_ text: String) -> Output {
        Output(text: text, json: (try? JSONEncoder().encode(["text": text])) ?? Data())
    }

    /// `--to`, `--json` … that a usage names.
    private static func options(of command: Command) -> [String] {
        var found: [String] = []
        for word in command.usage.split(whereSeparator: { " []|()=".contains($0) }) where word.hasPrefix("--") {
            if !found.contains(String(word)) { found.append(String(word)) }
        }
        return found + ["--state", "--json", "--help"]
    }

    /// The words that may come after some words of a command.
    private static func next(after words: [String], _ commands: [Command]) -> [String] {
        var found: [String] = []
        for command in commands where command.words.starts(with: words) && command.words.count > words.count {
            if !found.contains(command.words[words.count]) { found.append(command.words[words.count]) }
        }
        return found
    }

    private static func bash(_ commands: [Command]) -> String {
        let first = next(after: [], commands)
        var cases = ""
        for word in first {
            let second = next(after: [word], commands)
            if !second.isEmpty { cases += "    \"\(word)\") words=\"\(second.joined(separator: " "))\" ;;\n" }
        }
        var options = ""
        for command in commands {
            options += "    \"\(command.name)\") words=\"\(self.options(of: command).joined(separator: " "))\" ;;\n"
        }
        return """
            _preau() {
              local word="${COMP_WORDS[COMP_CWORD]}" words=""
              if [[ $word == -* ]]; then
                case "${COMP_WORDS[1]} ${COMP_WORDS[2]}" in
            \(options)    esac
                if [[ -z $words ]]; then
                  case "${COMP_WORDS[1]}" in
            \(options)      esac
                fi
              elif (( COMP_CWORD == 1 )); then
                words="\(first.joined(separator: " "))"
              elif (( COMP_CWORD == 2 )); then
                case "${COMP_WORDS[1]}" in
            \(cases)    esac
              fi
              COMPREPLY=( $(compgen -W "$words" -- "$word") )
            }
            complete -o default -F _preau preau
            """
    }

    private static func fish(_ commands: [Command]) -> String {
        func quoted(_ text: String) -> String {
            "'" + text.map { "'\\".contains($0) ? "\\\($0)" : String($0) }.joined() + "'"
        }
        var lines = ["complete -c preau -f"]
        for word in next(after: [], commands) {
            let summary = commands.first { $0.words == [word] }?.summary ?? ""
            lines.append("complete -c preau -n __fish_use_subcommand -a \(word) -d \(quoted(summary))")
        }
        for command in commands {
            guard let first = command.words.first else { continue }
            if command.words.count > 1 {
                lines.append(
                    "complete -c preau -n '__fish_seen_subcommand_from \(first)' -a \(command.words[1]) -d \(quoted(command.summary))"
                )
            }
            let condition =
                command.words.map { "__fish_seen_subcommand_from \($0)" }.joined(separator: "; and ")
            for option in options(of: command) {
                lines.append("complete -c preau -n '\(condition)' -l \(option.dropFirst(2))")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func man(_ commands: [Command]) -> String {
        func escaped(_ text: String) -> String {
            text.map { $0 == "\\" ? "\\e" : $0 == "-" ? "\\-" : String($0) }.joined()
        }
        var text = """
            .TH PREAU 1
            .SH NAME
            preau \\- operates a Préau platform
            .SH SYNOPSIS
            .B preau
            .I command
            .RI [ options ]
            .SH DESCRIPTION
            Talks to the admin service of one stack. Ends with status 0 only on success.
            .SH COMMANDS

            """
        for command in commands.sorted(by: { $0.name < $1.name }) {
            text += ".TP\n\\fB\(escaped(command.name))\\fR \(escaped(command.usage))\n\(escaped(command.summary))\n"
        }
        return text + """
            .SH OPTIONS
            .TP
            \\fB\\-\\-state\\fR DIR
            The stack to talk to (default .preau).
            .TP
            \\fB\\-\\-json\\fR
            What programs read.
            .TP
            \\fB\\-\\-help\\fR
            What a command takes.
            .SH FILES
            DIR/stack.json: where the admin service is, and the token.
            """
    }
}
