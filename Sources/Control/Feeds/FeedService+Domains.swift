internal import Postgres
internal import Tenancy

/// Whose keys a feed may speak of: whoever may import into one territory takes nobody over from another.
extension FeedService {
    /// A domain that the files do not prove has to be one of the territory's: the number of an academy of its departments, or
    /// a name under which no territory is fed that is not in the caller's charge. What an academy's own files say is compared with each establishment.
    /// - Throws: `FeedError.foreignAcademy`.
    func check(_ scopes: [FeedScope], of order: Order) async throws {
        // Without a territory the right is over the whole platform.
        guard let territory = order.territory.flatMap({ admin.tenancy.territories[$0] }) else { return }
        var unproven: [String] = []
        for scope in scopes {
            switch FeedDomain.standing(of: scope, in: territory) {
            case .own: break
            case .unproven: unproven.append(scope.domain)
            case .foreign: throw FeedError.foreignAcademy(scope.domain)
            }
        }
        guard !unproven.isEmpty else { return }
        for fed in try await FeedPlanStore(admin.directory).fed(unproven, outside: territory.id)
        where !order.charge.covers(fed.territory, .imports) {
            throw FeedError.foreignAcademy(fed.domain)
        }
    }
}

/// What a domain is to a territory. Pure.
enum FeedDomain {
    enum Standing: Sendable {
        case own
        /// Nothing says whose it is.
        case unproven
        case foreign
    }

    static func standing(of scope: FeedScope, in territory: Territory) -> Standing {
        let number = scope.domain.hasSuffix("-1d") ? String(scope.domain.dropLast(3)) : scope.domain
        guard scope.source == "aaf" || scope.source == "aaf1d", let name = Academies.names[number] else {
            return .unproven
        }
        if territory.departments.contains(where: { $0.academy == name }) { return .own }
        let isKnown = territory.departments.allSatisfy { Academies.names.values.contains($0.academy) }
        // Of a territory with an academy that no list has, nothing can be said.
        guard isKnown, !territory.departments.isEmpty else { return .unproven }
        // Each of the establishments is told apart from those of the files' academy, and refused.
        return scope.academy == nil ? .foreign : .own
    }
}
