package import YAML

/// What reading the manifests can fail with.
package enum ManifestError: Error, CustomStringConvertible {
    /// Everything that is wrong in all the files, in their order. Nothing is applied of a set that has one problem.
    case invalid([YAMLProblem])
    /// A file or folder that cannot be read; `reason` is the system's.
    case unreadable(path: String, reason: String)
    /// No territory at all: not a folder of manifests, or one of its territories instead of the folder of all.
    case nothing
    /// More or larger files than manifests have.
    case tooLarge(path: String, limit: String)

    /// One problem a line.
    package var description: String {
        switch self {
        case .invalid(let problems): problems.map(\.description).joined(separator: "\n")
        case .unreadable(let path, let reason): "\(path): it cannot be read: \(reason)"
        case .nothing: "no territory here: expected a folder of territories, each with its territory.yaml"
        case .tooLarge(let path, let limit): "\(path): more than the \(limit) that are read"
        }
    }
}
