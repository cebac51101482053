internal import Glibc

/// What every program's `main` does: run, or say on standard error why not and end with status 1.
package enum Program {
    /// - Parameter body: takes the arguments after the program's name.
    package static func run(_ name: String, _ body: ([String]) throws -> Void) -> Never {
        do {
            try body(Array(CommandLine.arguments.dropFirst()))
            exit(0)
        } catch {
            complain("\(name): \(error)")
            exit(1)
        }
    }

    package static func complain(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
