import Control
import Tenancy

/// The manifests that tests read: those of the repository, and small ones that are right or wrong in one way.
enum ManifestFixtures {
    /// The root of the repository.
    static let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
    static let folder = root + "/Tests/Fixtures/Manifests"

    static func repository() throws(ManifestError) -> ManifestSet {
        try ManifestSet(ManifestFolder.read(root + "/Tenants"))
    }

    static func good() throws(ManifestError) -> ManifestSet {
        try ManifestSet(ManifestFolder.read(folder + "/good"))
    }
}

extension ManifestFixtures {
    /// The right folder after changes to its texts. - Parameter changes: file, what stands there, what shall stand.
    static func good(_ changes: (file: String, old: String, new: String)...) throws -> ManifestSet {
        var files = Dictionary(
            try ManifestFolder.read(folder + "/good").map { ($0.path, String(decoding: $0.bytes, as: UTF8.self)) },
            uniquingKeysWith: { first, _ in first })
        for (file, old, new) in changes {
            let path = "valdoise-fictif/\(file)"
            let text = files[path] ?? ""
            guard old.isEmpty || text.contains(old) else { throw FixtureError.notThere(old) }
            files[path] = old.isEmpty ? text + new : text.replacing(old, with: new)
        }
        return try ManifestSet(files.map { ManifestFile(path: $0.key, bytes: Array($0.value.utf8)) })
    }

    /// The right folder with that many establishments.
    static func large(_ count: Int) throws -> ManifestSet {
        var lines = "establishments:\n"
        for number in 0..<count {
            guard let uai = UAI(number: 959_000 + number) else { continue }
            lines += "  - { uai: \(uai), name: Collège n° \(number), city: Essai, invented: true }\n"
        }
        let files = try ManifestFolder.read(folder + "/good").map { file in
            file.path.hasSuffix("/establishments.yaml") ? ManifestFile(path: file.path, bytes: Array(lines.utf8)) : file
        }
        return try ManifestSet(files)
    }

    enum FixtureError: Error {
        case notThere(String)
    }
}
