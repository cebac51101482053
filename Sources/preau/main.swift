internal import Glibc
internal import Operator

do {
    let answer = try await OperatorCommand.run(Array(CommandLine.arguments.dropFirst()))
    print(answer.text)
    if !answer.succeeded { exit(1) }
} catch {
    FileDescriptorOutput.complain("preau: \(error)")
    exit(1)
}
