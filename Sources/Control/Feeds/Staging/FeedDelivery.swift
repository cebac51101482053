/// What was found in an archive, besides the rows that went to staging.
struct FeedDelivery: Sendable {
    /// The files of one academy and degree.
    struct Scope: Sendable {
        var names: [AAFFileName] = []
        var header = AAFHeader()
        /// Of the establishments, where the header does not say.
        var academies: Set<String> = []
        var isFirstDegree = false
        var isDelta = false
        let folder: String
        /// Of what is no academy's: whose keys they are.
        var origin: Origin?
    }

    struct Origin: Sendable {
        let domain: String
        let source: String
        let isComplete: Bool
    }

    /// A record of a delta, in the order of the files.
    struct Change: Sendable {
        let scope: Int
        let kind: FeedKind
        let key: String
        let operation: FeedOperation
        /// Of a whole one.
        let person: FeedPerson?
        /// Of a change: what it names.
        let entry: AAFEntry?
        let file: String
    }

    /// More in one delta is no delta.
    static let mostChanges = 50_000

    var scopes: [Scope] = []
    var anomalies = FeedAnomalies()
    /// Records refused, by whom they are about.
    var rejected: [FeedKind: Int] = [:]
    /// Of complete feeds: records of whom nothing tells who they are. Whoever they are about seems to be gone.
    var withoutKey: [FeedKind: Int] = [:]
    /// Whom it says nothing about: they do not count as gone.
    var silentAbout: Set<FeedKind> = []
    var records = 0
    var changes: [Change] = []
    /// References of guardians to pupils, and of pupils to guardians, as hashes: how many of them lead nowhere is told by SQL.
    var pupilReferences = 0
}
