internal import Tenancy
internal import Web

extension SCIMService {
    /// People and groups in one list, in turn (RFC 7644 §3.4.3). A filter that one of the two kinds does not understand finds none of it.
    /// - Throws: `SCIMError`, when neither understands it.
    func search(_ query: SCIMQuery, _ scope: Scope) async throws -> (total: Int, resources: [JSON]) {
        let reads = { (type: SCIMResourceType) throws(SCIMError) in
            if let filter = query.filter { _ = try SCIMFilterParser.filter(filter, of: type) }
        }
        var refusal: SCIMError?
        do throws(SCIMError) { try reads(.user) } catch { refusal = error }
        guard refusal == nil else {
            try reads(.group)
            return try await listGroups(query, scope)
        }
        do throws(SCIMError) { try reads(.group) } catch { return try await list(query, scope) }
        var none = query
        none.count = 0
        let people = try await list(none, scope).total
        let groups = try await listGroups(none, scope).total
        let (first, last) = (query.offset, min(query.offset + query.count, people + groups))
        guard first < last else { return (people + groups, []) }
        let before = SCIMService.people(among: first, people, groups)
        let until = SCIMService.people(among: last, people, groups)
        var (some, others) = (query, query)
        (some.start, some.count) = (before + 1, until - before)
        (others.start, others.count) = (first - before + 1, last - first - some.count)
        let left = some.count > 0 ? try await list(some, scope).resources : []
        let right = others.count > 0 ? try await listGroups(others, scope).resources : []
        return (people + groups, left + right)
    }

    /// How many of the first so many places of a common list are people's: one in two while both last.
    static func people(among places: Int, _ people: Int, _ groups: Int) -> Int {
        let both = min(people, groups)
        return places <= 2 * both ? (places + 1) / 2 : people >= groups ? places - both : both
    }

    /// A UAI of the scope: an example in the schema, never a list.
    func someEstablishments(_ scope: Scope) -> [String] {
        let map = map
        let isOpen = { (school: Establishment) in school.state == .active && scope.covers(school) }
        switch scope.rows {
        case .everything: return map.inOrder.lazy.filter(isOpen).prefix(1).map(\.uai.rawValue)
        case .only(let territories, let own):
            let schools = own.lazy.compactMap { map[$0] }.filter(isOpen).prefix(1).map(\.uai.rawValue)
            if !schools.isEmpty { return Array(schools) }
            return territories.lazy.flatMap { map.establishments(of: $0) }.filter(isOpen).prefix(1).map(\.uai.rawValue)
        }
    }
}
