internal import Glibc
internal import Operator

let arguments = Array(CommandLine.arguments.dropFirst())
do {
    let answer = try await OperatorCommand.run(arguments)
    print(answer.text)
    if !answer.succeeded { exit(1) }
} catch {
    if arguments.contains("--json"), let error = error as? OperatorError { print(error.json) }
    FileDescriptorOutput.complain("preau: \(error)")
    exit(1)
}
