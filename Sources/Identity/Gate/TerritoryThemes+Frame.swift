internal import Tenancy
internal import Web

/// Whose name and colours pages show (`docs/glossary.md`, “theme”).
extension TerritoryThemes {
    /// Of a host name: an establishment's own, below the workspace's, or the territory's.
    func dress(_ frame: inout PageFrame, of establishment: Establishment?, in territory: Territory) {
        if let establishment {
            frame.siteName = establishment.name
            frame.siteOwner = territory.title
        } else {
            frame.siteName = territory.title
            frame.siteOwner = territory.title == territory.name ? nil : territory.name
        }
        frame.theme = establishment.flatMap { link(of: $0.id) } ?? link(of: territory.id)
    }

    /// Of somebody who is signed in: who is all that they are in one establishment sees its colours, on whichever host.
    func dress(_ frame: inout PageFrame, for holder: Holder, _ call: Call) {
        guard let own = holder.onlyEstablishment else { return }
        if let host = call.hostEstablishment, host.id != own, let territory = call.territory {
            dress(&frame, of: nil, in: territory)
        }
        if let link = link(of: own) { frame.theme = link }
    }
}

extension Holder {
    /// The one establishment that the person has to do with; nil with several, with none, and for administrators.
    fileprivate var onlyEstablishment: EstablishmentID? {
        guard mandates.isEmpty, let first = profiles.first?.establishment else { return nil }
        return profiles.allSatisfy { $0.establishment == first } ? first : nil
    }
}
