internal import Glibc
internal import Operator

do {
    print(try await OperatorCommand.run(Array(CommandLine.arguments.dropFirst())))
} catch {
    FileDescriptorOutput.complain("preau: \(error)")
    exit(1)
}
