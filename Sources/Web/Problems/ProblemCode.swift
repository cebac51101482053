/// A kind of error that the outside can rely on: its code never changes meaning, and stays once published.
///
/// A module declares its own as `extension ProblemCode { static let … }` and lists them in one array, which the process
/// gathers in a ``ProblemRegistry`` and `docs/errors.md` shows.
package struct ProblemCode: Sendable, Hashable {
    /// `preau.<module>.<name>`, lower-case with underscores.
    package let code: String
    package let status: Int
    /// What SCIM calls it (RFC 7644 §3.12); nil where that has no word.
    package let scimType: String?
    /// What happened, in a few words for the person concerned.
    package let title: Phrase
    /// What it means and what to do, for people and for the documentation.
    package let meaning: Phrase

    package init(_ code: String, _ status: Int, scimType: String? = nil, title: Phrase, meaning: Phrase) {
        self.code = code
        self.status = status
        self.scimType = scimType
        self.title = title
        self.meaning = meaning
    }

    package static func == (left: ProblemCode, right: ProblemCode) -> Bool { left.code == right.code }
    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
