/// What the name of a file in an AAF delivery says: `ENT2DVA_0940072T_Complet_20180830_Eleve_0000.xml`.
package struct AAFFileName: Sendable, Hashable {
    package enum Content: String, Sendable, CaseIterable {
        case pupils = "Eleve"
        case guardians = "PersRelEleve"
        case staff = "PersEducNat"
        case structures = "EtabEducNat"
        case subjects = "MatiereEducNat"
        case programmes = "MefEducNat"

        /// Whom the file is about; nil where it is about nobody.
        package var kind: FeedKind? {
            switch self {
            case .pupils: .pupil
            case .guardians: .guardian
            case .staff: .staff
            case .structures, .subjects, .programmes: nil
            }
        }
    }

    package let name: String
    package let content: Content
    /// Says "Delta".
    package let isDelta: Bool
    /// Which of the files of its content; they count from 0000.
    package let number: Int
    /// What comes before the content: files of one delivery share it.
    package let prefix: String
    /// The folder it lies in, which names the academy where a delivery has several.
    package let folder: String

    /// Nil for a file that is none of a feed: a manifest, a DTD.
    ///
    /// Real names vary (a date of nine digits, a prefix put before): only the end counts.
    package init?(path: String) {
        let parts = path.split(separator: "/").filter { $0 != "." }
        guard let last = parts.last, last.lowercased().hasSuffix(".xml") else { return nil }
        name = String(last)
        folder = parts.count > 1 ? String(parts[parts.count - 2]) : ""
        let stem = last.dropLast(4)
        guard let underscore = stem.lastIndex(of: "_") else { return nil }
        let digits = stem[stem.index(after: underscore)...]
        guard digits.utf8.count == 4, let number = Int(digits), number >= 0 else { return nil }
        self.number = number
        let rest = stem[..<underscore]
        // "PersRelEleve" also ends in "Eleve".
        let contents = Content.allCases.sorted { $0.rawValue.utf8.count > $1.rawValue.utf8.count }
        guard let content = contents.first(where: { rest.hasSuffix($0.rawValue) }) else { return nil }
        self.content = content
        prefix = String(rest.dropLast(content.rawValue.count))
        isDelta = prefix.lowercased().contains("delta")
    }

    /// What is missing in a complete delivery: a kind of file altogether, a number in its row.
    package static func missing(in names: [AAFFileName]) -> [String] {
        var missing: [String] = []
        for content in [Content.structures, .pupils, .guardians, .staff]
        where !names.contains(where: { $0.content == content }) {
            missing.append("no \(content.rawValue) file")
        }
        for (prefix, files) in Dictionary(grouping: names, by: { $0.folder + "/" + $0.prefix + $0.content.rawValue }) {
            let numbers = Set(files.map(\.number))
            let expected = 0...(numbers.max() ?? 0)
            // Thousands of files of one pupil each are met too: the row is compared, not listed.
            guard numbers.count < expected.count, let first = expected.first(where: { !numbers.contains($0) }) else {
                continue
            }
            let name = prefix.split(separator: "/").last.map(String.init) ?? prefix
            missing.append("\(name): file \(first) of \(expected.upperBound + 1) is not there")
        }
        return missing.sorted()
    }
}
