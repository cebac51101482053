internal import Tenancy
internal import YAML

/// A whole folder of manifests, read and found to be right.
package struct ManifestSet: Sendable {
    /// In the order of their names.
    package let territories: [TerritoryManifest]

    /// Reads every file and checks what can be checked without a database.
    /// - Throws: `ManifestError.invalid` with every problem of every file, `.nothing` without a file.
    package init(_ files: [ManifestFile]) throws(ManifestError) {
        guard !files.isEmpty else { throw .nothing }
        var reading = ManifestReading()
        var territories: [TerritoryManifest] = []
        for folder in ManifestSet.folders(of: files, &reading) {
            if let territory = folder.territory(&reading) { territories.append(territory) }
        }
        reading.checkAcross(territories)
        guard reading.problems.isEmpty else { throw .invalid(reading.problems.sorted { $0.place < $1.place }) }
        self.territories = territories
    }

    private static func folders(of files: [ManifestFile], _ reading: inout ManifestReading) -> [TerritoryFolder] {
        var folders: [TerritoryID: TerritoryFolder] = [:]
        for file in files {
            let parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
            let place = YAMLPlace(file: file.path, line: 1, column: 1)
            guard parts.count == 2, let territory = TerritoryID(rawValue: String(parts[0])) else {
                reading.problems.append(
                    YAMLProblem(place, "expected a file in a territory's folder, such as seine-et-marne/territory.yaml")
                )
                continue
            }
            guard let kind = TerritoryFolder.Kind(rawValue: String(parts[1])) else {
                let known = TerritoryFolder.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                reading.problems.append(YAMLProblem(place, "unknown file: expected \(known) (or a .md file)"))
                continue
            }
            folders[territory, default: TerritoryFolder(id: territory)].files[kind] = file
        }
        return folders.values.sorted { $0.id < $1.id }
    }
}

/// The problems met so far, over all the files.
struct ManifestReading {
    var problems: [YAMLProblem] = []

    mutating func decode<Value>(_ file: ManifestFile?, _ shape: YAMLShape<Value>) -> Value? {
        guard let file else { return nil }
        do throws(YAMLError) {
            return try YAMLDocument(parsing: file.bytes, file: file.path).decode(shape)
        } catch {
            problems.append(contentsOf: error.problems)
            return nil
        }
    }
}
