internal import Glibc
internal import Launch

do {
    try NodeProcess.run(Array(CommandLine.arguments.dropFirst()))
} catch {
    fputs("preau-node: \(error)\n", stderr)
    exit(1)
}
