internal import Postgres
internal import Runtime
internal import Tenancy
internal import Web

/// Turns what was received into a plan: whose keys they are, which establishments, who comes, changes and goes, and whether
/// somebody has to agree to it. Changes nothing but the import's own rows.
final class FeedPlanner {
    let tenancy: Tenancy
    let store: FeedPlanStore
    let territory: TerritoryID?
    var anomalies: FeedAnomalies
    private let staging: FeedStagingStore
    private let policy = FeedGuard()
    private let keeping: Set<FeedKind>

    /// - Parameter keeping: nobody of these counts as gone.
    init(
        _ tenancy: Tenancy, _ directory: PostgresPool, territory: TerritoryID?, anomalies: FeedAnomalies,
        keeping: Set<FeedKind>
    ) {
        self.keeping = keeping
        self.tenancy = tenancy
        self.territory = territory
        self.anomalies = anomalies
        store = FeedPlanStore(directory)
        staging = FeedStagingStore(directory)
    }

    /// Whose keys the files of each delivery are. - Parameter academy: as the caller says, where the files do not.
    static func scopes(of delivery: FeedDelivery, academy: String?) throws(FeedError) -> [FeedScope] {
        var scopes: [FeedScope] = []
        for (number, scope) in delivery.scopes.enumerated() {
            if let origin = scope.origin {
                scopes.append(
                    FeedScope(
                        number: number, domain: origin.domain, source: origin.source, isComplete: origin.isComplete,
                        academy: nil))
                continue
            }
            let said = scope.header.academy ?? (scope.academies.count == 1 ? scope.academies.first : nil)
            let name = said ?? academy ?? (scope.folder.isEmpty ? nil : folderName(scope.folder))
            guard let name else { throw .unknownAcademy }
            let isIncomplete = !scope.isDelta && !AAFFileName.missing(in: scope.names).isEmpty
            let domain = scope.isFirstDegree ? "\(name)-1d" : name
            guard !scopes.contains(where: { $0.domain == domain && $0.isComplete && !scope.isDelta }) else {
                throw .unreadable("two complete deliveries of the academy \(domain) in one archive")
            }
            scopes.append(
                FeedScope(
                    number: number, domain: domain, source: scope.isFirstDegree ? "aaf1d" : "aaf",
                    isComplete: !scope.isDelta && !isIncomplete, academy: said))
        }
        return scopes
    }

    private static func folderName(_ folder: String) -> String? {
        let name = folder.lowercased().filter { ($0.isLetter || $0.isNumber || $0 == "-") && $0.isASCII }
        return name.isEmpty ? nil : String(name.prefix(40))
    }

    /// Compares, counts, and writes down the steps.
    func plan(
        _ number: Int, _ scopes: [FeedScope], rejected: [FeedKind: Int], withoutKey: [FeedKind: Int] = [:]
    ) async throws -> (result: FeedResult, establishments: Establishments) {
        let twice = try await store.prepare(number, into: territory)
        for duplicate in twice.people {
            anomalies.add(
                FeedAnomaly(
                    .duplicateKey, "the same key \(duplicate.count + 1) times; one was taken", key: duplicate.key))
        }
        for structure in twice.structures {
            anomalies.add(FeedAnomaly(.duplicateUAI, "\(structure.uai) is another's UAI too", key: structure.key))
        }
        var establishments = try await resolveEstablishments(number, scopes)
        establishments.rejected += twice.structures.count
        let comparison = try await store.compare(number, Array(establishments.territories))
        try await heed(comparison, number)
        var result = try await count(number, establishments, withoutKey)
        for (kind, count) in rejected { result[kind].rejected += count }
        for duplicate in twice.people {
            if let kind = FeedKind(rawValue: duplicate.kind) { result[kind].rejected += duplicate.count }
        }
        for (kind, count) in comparison.unplacedPeople {
            if let kind = FeedKind(rawValue: kind) { result[kind].rejected += count }
        }
        result.establishments.rejected = establishments.rejected
        result.establishments.added = establishments.new.count
        result.establishments.changed = establishments.changed
        result.establishments.disappeared = establishments.disappeared
        result.anomalies = anomalies.closed
        try await store.addSteps(to: number)
        return (result, establishments)
    }

    /// References that lead nowhere mean that files are missing: then nobody of those kinds counts as gone.
    private func heed(_ comparison: FeedPlanStore.Comparison, _ number: Int) async throws {
        for line in comparison.unplaced {
            anomalies.add(
                FeedAnomaly(
                    .unknownReference, "\(line.count) of kind \(line.kind) name a structure that is not taken",
                    key: line.structure))
        }
        for person in comparison.kept {
            anomalies.add(
                FeedAnomaly(
                    .kept, "the record of this \(person.kind) cannot be taken: kept as it was", key: person.key))
        }
        for _ in comparison.kept.count..<max(comparison.kept.count, comparison.allKept) {
            anomalies.add(FeedAnomaly(.kept, "kept as it was"))
        }
        var kept = keeping
        if comparison.linksToNobody > max(10, comparison.links / 100) {
            kept.insert(.guardian)
            anomalies.add(
                FeedAnomaly(
                    .incomplete,
                    "\(comparison.linksToNobody) of \(comparison.links) links lead to guardians who are not in the feed: no guardian counts as gone"
                ))
        }
        if comparison.guardiansOfNobody > max(20, comparison.guardians / 50) {
            kept.formUnion([.pupil, .guardian])
            anomalies.add(
                FeedAnomaly(
                    .incomplete,
                    "\(comparison.guardiansOfNobody) of \(comparison.guardians) guardians have no pupil in the feed: nobody counts as gone"
                ))
        }
        if !kept.isEmpty { try await store.keepAll(of: Array(kept), in: number) }
    }

    private func count(
        _ number: Int, _ establishments: Establishments, _ withoutKey: [FeedKind: Int]
    ) async throws -> FeedResult {
        let counts = try await store.counts(number)
        var result = FeedResult()
        for (who, numbers) in counts.people {
            var one = FeedResult.Counts()
            one.added = numbers.added
            one.returned = numbers.returned
            one.disappeared = numbers.disappeared
            one.changed = numbers.all - numbers.added - numbers.disappeared
            switch who {
            case "pupil": result.pupils = one
            case "guardian": result.guardians = one
            case "contact": result.contacts = one
            default: result.staff = one
            }
        }
        result.plan = Self.places(counts.groups, establishments)
        let leaving = Self.leaving(counts, establishments)
        result.alarms = policy.alarms(leaving) + policy.alarms(leaving, withoutKey: withoutKey)
        return result
    }

    private static func places(
        _ groups: [(establishment: Int32, role: String, klass: String, action: String, count: Int)],
        _ establishments: Establishments
    ) -> [FeedResult.Place] {
        var places: [FeedResult.Place] = []
        var last: Int32?
        for line in groups {
            if line.establishment != last {
                guard places.count < FeedResult.mostPlaces else { break }
                let label = establishments.label(line.establishment)
                places.append(FeedResult.Place(uai: label.uai, name: label.name, isNew: label.isNew))
                last = line.establishment
            }
            let entry = (group: line.klass.isEmpty ? line.role : line.klass, count: line.count)
            switch line.action {
            case "add": places[places.count - 1].arrivals.append(entry)
            case "change": places[places.count - 1].changes.append(entry)
            default: places[places.count - 1].departures.append(entry)
            }
        }
        return places
    }

    private static func leaving(
        _ counts: FeedPlanStore.Counts, _ establishments: Establishments
    ) -> [FeedGuard.Group] {
        struct Key: Hashable {
            let establishment: Int32
            let role: String
            let klass: String
        }
        var leaving: [Key: Int] = [:]
        var present: [Key: Int] = [:]
        func add(_ count: Int, _ establishment: Int32, _ role: String, _ klass: String, to sums: inout [Key: Int]) {
            sums[Key(establishment: establishment, role: role, klass: ""), default: 0] += count
            if !klass.isEmpty { sums[Key(establishment: establishment, role: role, klass: klass), default: 0] += count }
        }
        for line in counts.groups where line.action == "leave" {
            add(line.count, line.establishment, line.role, line.klass, to: &leaving)
        }
        for line in counts.present { add(line.count, line.establishment, line.role, line.klass, to: &present) }
        return leaving.map { key, count in
            FeedGuard.Group(
                uai: establishments.label(key.establishment).uai, role: key.role, klass: key.klass, leaving: count,
                present: max(count, present[key] ?? 0))
        }.sorted { ($0.uai, $0.role, $0.klass) < ($1.uai, $1.role, $1.klass) }
    }
}

extension FeedResult {
    subscript(kind: FeedKind) -> Counts {
        get {
            switch kind {
            case .pupil: pupils
            case .guardian: guardians
            case .staff: staff
            }
        }
        set {
            switch kind {
            case .pupil: pupils = newValue
            case .guardian: guardians = newValue
            case .staff: staff = newValue
            }
        }
    }
}
