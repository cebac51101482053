/// A delivery that is small enough to be held whole: everybody of a school or of some, read from files that have to be laid
/// side by side before anybody in them is complete. Pure.
package struct Roster: Sendable {
    /// Whose keys they are, as `FeedScope.domain`: `siecle-0770001h`, `oneroster-annuaire`.
    package var domain: String
    /// `siecle`, `oneroster`.
    package let source: String
    package var structures: [FeedStructure] = []
    package var subjects: [FeedSubject] = []
    package var people: [FeedPerson] = []
    package var anomalies = FeedAnomalies()
    /// Records left out, by whom they are about.
    package var rejected: [FeedKind: Int] = [:]
    /// Whose they are, where they say it: those people stay as they are.
    package private(set) var kept: [(key: String, kind: FeedKind)] = []
    /// How many do not say it.
    package private(set) var withoutKey: [FeedKind: Int] = [:]
    /// Who is not in it is gone.
    package var isComplete = true
    /// Where it is not: whom it says nothing about.
    package var silentAbout: Set<FeedKind> = []

    package init(domain: String, source: String) {
        self.domain = domain
        self.source = source
    }

    mutating func report(
        _ code: FeedAnomaly.Code, _ message: String, file: String? = nil, line: Int? = nil, column: String? = nil,
        key: String? = nil
    ) {
        anomalies.add(
            FeedAnomaly(
                code, message, file: file, line: line, column: column, key: key.map { String($0.prefix(60)) }))
    }

    /// Leaves a record out. - Parameter key: whom it is about; nil when nothing tells.
    mutating func reject(_ kind: FeedKind, key: String?) {
        rejected[kind, default: 0] += 1
        if let key { kept.append((key, kind)) } else { withoutKey[kind, default: 0] += 1 }
    }
}
