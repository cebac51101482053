internal import Runtime
internal import Tenancy

/// A group's number in SCIM: it says in which establishment it is, so that nothing has to be looked for.
struct SCIMGroupID: Sendable, Hashable {
    let establishment: EstablishmentID
    let group: UUID

    init(establishment: EstablishmentID, group: UUID) {
        self.establishment = establishment
        self.group = group
    }

    init?(_ text: String) {
        let halves = text.split(separator: ".", maxSplits: 1)
        guard halves.count == 2, let number = Int32(halves[0]), number > 0, let group = UUID(halves[1]) else {
            return nil
        }
        self.init(establishment: EstablishmentID(rawValue: number), group: group)
        guard self.text == text else { return nil }
    }

    /// Of a group that a client made: when, in milliseconds since 1970 (version 7 of RFC 9562); 0 for others.
    var madeAt: UInt64 { group.high >> 12 & 0xf == 7 ? group.high >> 16 : 0 }

    var text: String { "\(establishment.rawValue).\(group)" }
}
