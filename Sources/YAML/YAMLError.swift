/// One thing wrong in one file, in words for whoever wrote the file.
package struct YAMLProblem: Hashable, Sendable, CustomStringConvertible {
    package let place: YAMLPlace
    package let message: String

    package init(_ place: YAMLPlace, _ message: String) {
        self.place = place
        self.message = message
    }

    package var description: String { "\(place): \(message)" }
}

/// What reading a YAML file can fail with.
package enum YAMLError: Error, Equatable, CustomStringConvertible {
    /// The file is not YAML, or not the part of YAML read here, or past a limit. Nothing of it was read.
    case syntax(YAMLProblem)
    /// The file is YAML; these are all the things in it that are not as expected, in the order of the file.
    case content([YAMLProblem])

    package var problems: [YAMLProblem] {
        switch self {
        case .syntax(let problem): [problem]
        case .content(let problems): problems
        }
    }

    /// One problem a line.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
