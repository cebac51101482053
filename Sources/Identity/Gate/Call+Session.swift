package import Admission
package import Tenancy
package import Web

/// Establishments for which what is asked for is switched off: there, the person has nothing to do with it.
package enum ClosedHere: CallKey { package typealias Value = Set<EstablishmentID> }

extension Call {
    /// The session of the person who calls, with the profiles that the calendar leaves them at this moment; nil when there is
    /// none. Routes for everyone may have one as well.
    package var session: Session? { self[SessionKey.self] }

    /// The session as it is stored, with every profile.
    var wholeSession: Session? { self[WholeSessionKey.self] ?? self[SessionKey.self] }

    /// The profiles that a calendar rule keeps out at this moment, and why.
    package var closures: [(profile: Visitor.Profile, closure: Closure)] { self[ClosuresKey.self] ?? [] }

    /// The establishment whose own host name was asked for.
    var hostEstablishment: Establishment? { self[HostEstablishmentKey.self] }

    /// The territory whose host name was asked for, or whose establishment's; nil for another host.
    package var territory: Territory? { self[TerritoryKey.self] }

    /// - Throws: `.signedOut`. Behind a route that needs a session it does not happen.
    package func requireSession() throws(IdentityError) -> Session {
        guard let session else { throw .signedOut }
        return session
    }

    /// Everything the person is, in all establishments where what is asked for is switched on; empty without a session.
    package var profiles: [Profile] {
        let all = session?.holder.profiles ?? []
        guard let closed = self[ClosedHere.self] else { return all }
        return all.filter { !closed.contains($0.establishment) }
    }

    /// What the person is in one establishment; empty when they have nothing to do with it.
    package func profiles(in establishment: EstablishmentID) -> [Profile] {
        profiles.filter { $0.establishment == establishment }
    }

    /// The person's profiles with one of these roles, in all establishments.
    /// - Throws: `.signedOut`, `.forbidden` when there is none.
    @discardableResult
    package func require(_ roles: Role...) throws(IdentityError) -> [Profile] {
        _ = try requireSession()
        let fitting = profiles.filter { roles.contains($0.role) }
        guard !fitting.isEmpty else {
            if let shut = closures.first(where: { roles.contains($0.profile.role) }) { throw .closed(shut.closure) }
            throw .forbidden
        }
        return fitting
    }

    /// The person's profiles with one of these roles in one establishment; never empty.
    /// - Throws: `.signedOut`, `.notHere` (404) for somebody of no role there, `.forbidden` (403) for one of another role.
    @discardableResult
    package func require(_ roles: Role..., in establishment: EstablishmentID) throws(IdentityError) -> [Profile] {
        _ = try requireSession()
        let here = profiles(in: establishment)
        guard !here.isEmpty else {
            // Somebody who belongs here is told why not now.
            if let shut = closures.first(where: { $0.profile.establishment == establishment }) {
                throw .closed(shut.closure)
            }
            throw .notHere
        }
        let fitting = here.filter { roles.contains($0.role) }
        guard !fitting.isEmpty else { throw .forbidden }
        return fitting
    }
}
