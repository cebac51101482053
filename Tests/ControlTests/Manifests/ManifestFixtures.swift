import Control

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
