/// The kinds of work that there are. Closed, so that each says which right it takes: what a job shows and leaves behind, letters
/// with codes among it, is for those who might have asked for it.
package enum JobSubject: String, Sendable, CaseIterable {
    case provisioning = "establishment.provision"
    case merger = "establishment.merge"
    case letters = "accounts.letters"
    case mails = "accounts.mails"
    case imports = "feeds.apply"
    case cleaning = "jobs.clean"

    /// What it takes to see such a job, to stop it, to take it up again and to fetch its files; nil for the platform's own
    /// upkeep, which is for those who have every right over everything.
    package var right: AdminRight? {
        switch self {
        case .provisioning, .merger: .establishments
        case .letters, .mails: .accounts
        case .imports: .imports
        case .cleaning: nil
        }
    }
}

extension Charge {
    /// Whose jobs somebody may see: all, or those of some kinds where they have the right that goes with these.
    package var jobs: JobReach {
        if isUnlimited { return .everything }
        let kinds = Dictionary(grouping: JobSubject.allCases, by: \.right)
        return .only(
            AdminRight.allCases.compactMap { right in
                guard has(right), let own = kinds[right] else { return nil }
                return JobReach.Part(kinds: own.map(\.rawValue), scope: rows(right))
            })
    }

    /// Whether there are kinds of jobs that somebody may see somewhere.
    var hasJobs: Bool { JobSubject.allCases.contains { $0.right.map(has) ?? isUnlimited } }
}

/// Which jobs somebody may see.
package enum JobReach: Sendable {
    /// Jobs of some kinds, in one part of the platform.
    package struct Part: Sendable {
        let kinds: [String]
        let scope: RowScope
    }

    case everything
    /// One of these; without any, none.
    case only([Part])
}
