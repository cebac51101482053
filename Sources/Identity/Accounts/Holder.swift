package import Tenancy
package import Web

/// What a session knows about the person it belongs to, so that a request needs no directory. Immutable, and handed on by
/// reference: each request looks at its session a dozen times.
package final class Holder: Hashable, Sendable {
    package let account: AccountID
    /// One more of it in the directory revokes every session made under this one.
    package let epoch: Int32
    /// Given name and family name, cut at `longestName` bytes.
    package let name: String
    package let language: Language
    package let profiles: [Profile]
    package let mandates: [Mandate]

    package static let longestName = 60
    /// More than anyone has; what is past it is left out of sessions, because a cookie has to stay under 4 kB.
    package static let mostProfiles = 100
    package static let mostMandates = 20

    package init(
        account: AccountID, epoch: Int32, name: String, language: Language, profiles: [Profile], mandates: [Mandate]
    ) {
        self.account = account
        self.epoch = epoch
        self.name = Holder.cut(name)
        self.language = language
        self.profiles = Array(profiles.prefix(Holder.mostProfiles))
        self.mandates = Array(mandates.prefix(Holder.mostMandates))
    }

    /// The same person with another language.
    func speaking(_ language: Language) -> Holder {
        Holder(
            account: account, epoch: epoch, name: name, language: language, profiles: profiles, mandates: mandates)
    }

    package static func == (one: Holder, other: Holder) -> Bool {
        one === other
            || one.account == other.account && one.epoch == other.epoch && one.name == other.name
                && one.language == other.language && one.profiles == other.profiles && one.mandates == other.mandates
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(account)
        hasher.combine(epoch)
    }

    private static func cut(_ name: String) -> String {
        var name = name
        while name.utf8.count > longestName { name.removeLast() }
        return name
    }
}
