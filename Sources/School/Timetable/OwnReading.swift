internal import Identity
internal import Runtime
internal import Tenancy

/// What somebody has of a school service as theirs, over all their profiles, establishments and shards: a pupil their own, staff
/// their own in each of their schools, a guardian a child's. The service says how one view is read.
struct OwnReading<View: Sendable, Missing: Error & Equatable> {
    /// Whose own views are those of staff.
    let isStaff: (Role) -> Bool
    /// A pupil's view in an establishment; with the guardian on whose behalf it is read, nil for the pupil.
    let pupil: (PersonID, EstablishmentID, _ guardian: PersonID?) async throws -> View
    let staff: (Profile) async throws -> View
    /// What `pupil` throws for one who is not theirs to see there.
    let notFound: Missing

    /// - Parameters:
    ///   - pupil: the child asked for; nil for the person's own, or a guardian's first child.
    ///   - firstChild: of those that the guardian profiles give sight of.
    /// - Throws: `notFound` for a pupil who is not theirs to see.
    func views(
        _ profiles: [Profile], pupil asked: PersonID?, firstChild: () async throws -> TimetableService.Choice?
    ) async throws -> [View] {
        if let asked { return [try await child(asked, of: profiles)] }
        if let own = profiles.first(where: { $0.role == .pupil }) {
            return [try await pupil(own.person, own.establishment, nil)]
        }
        var views: [View] = []
        var establishments: Set<EstablishmentID> = []
        for profile in profiles where isStaff(profile.role) && establishments.insert(profile.establishment).inserted {
            views.append(try await staff(profile))
        }
        if !establishments.isEmpty { return views }
        guard let first = try await firstChild() else { return [] }
        return [try await child(first.person, of: profiles)]
    }

    private func child(_ asked: PersonID, of profiles: [Profile]) async throws -> View {
        var passing: TenancyError?
        for profile in profiles {
            switch profile.role {
            case .pupil where profile.person == asked: return try await pupil(asked, profile.establishment, nil)
            case .guardian:
                do {
                    return try await pupil(asked, profile.establishment, profile.person)
                } catch let error as Missing where error == notFound {
                    continue
                } catch let error as TenancyError where error.isPassing {
                    // The child may be in another of the guardian's schools, on a shard that answers.
                    passing = error
                }
            default: continue
            }
        }
        if let passing { throw passing }
        throw notFound
    }
}
