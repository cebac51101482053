internal import Tenancy
internal import Web

extension SCIMService {
    /// People and groups in one list (RFC 7644 §3.4.3). A filter that one of the two kinds does not understand finds none of it.
    /// - Throws: `SCIMError`, when neither understands it.
    func search(_ query: SCIMQuery, _ scope: Scope) async throws -> (total: Int, resources: [JSON]) {
        let reads = { (type: SCIMResourceType) throws(SCIMError) in
            if let filter = query.filter { _ = try SCIMFilterParser.filter(filter, of: type) }
        }
        var refusal: SCIMError?
        var (total, resources): (Int, [JSON]) = (0, [])
        do throws(SCIMError) { try reads(.user) } catch { refusal = error }
        if refusal == nil { (total, resources) = try await list(query, scope) }
        do throws(SCIMError) { try reads(.group) } catch {
            if let refusal { throw refusal }
            return (total, resources)
        }
        var rest = query
        rest.start = max(1, query.start - total)
        rest.count = query.count - resources.count
        let (groups, more) = try await listGroups(rest, scope)
        return (total + groups, resources + more)
    }

    /// At most twenty UAIs of the scope: examples in the schema, never a list of all.
    func someEstablishments(_ scope: Scope) -> [String] {
        let map = map
        let isOpen = { (school: Establishment) in school.state == .active && scope.covers(school) }
        switch scope.rows {
        case .everything: return map.inOrder.lazy.filter(isOpen).prefix(20).map(\.uai.rawValue)
        case .only(let territories, let own):
            let schools = own.lazy.compactMap { map[$0] }.filter(isOpen).prefix(20).map(\.uai.rawValue)
            if !schools.isEmpty { return Array(schools) }
            return territories.lazy.flatMap { map.establishments(of: $0) }.filter(isOpen).prefix(20).map(\.uai.rawValue)
        }
    }
}
