package import Admission

extension Holder {
    /// The same person as admission knows them.
    package var visitor: Visitor {
        Visitor(
            account: account,
            profiles: profiles.map {
                Visitor.Profile(establishment: $0.establishment, role: $0.role, person: $0.person)
            },
            mandates: mandates.map { Visitor.Mandate(territory: $0.territory, role: $0.role) })
    }

    /// The same person with some of their profiles.
    func keeping(_ open: [Visitor.Profile]) -> Holder {
        Holder(
            account: account, epoch: epoch, name: name, language: language,
            profiles: profiles.filter { profile in
                open.contains {
                    $0.establishment == profile.establishment && $0.role == profile.role && $0.person == profile.person
                }
            }, mandates: mandates)
    }
}
