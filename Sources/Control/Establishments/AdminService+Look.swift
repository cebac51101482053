internal import Postgres
internal import Tenancy
internal import Web

/// What somebody wants an establishment to have of its own on pages; nil leaves as it is.
struct LookChange: Sendable {
    var colours: EstablishmentLook.Colours?
    var hosts: [HostName]?

    static let none = LookChange()
}

extension AdminService {
    /// An establishment's colours and host names now, as they stand in answers and in the audit log.
    func look(of establishment: EstablishmentID) -> (theme: JSON, hosts: [String]) {
        let map = tenancy.map
        var theme = JSON.null
        if let document = map.themes[establishment] {
            var parser = JSONParser(Array(document.text.utf8))
            theme = (try? parser.parse())?.ordered ?? .null
        }
        return (theme, map.hosts(of: establishment))
    }

    /// - Throws: `invalidBody`, at the host name that cannot be an establishment's; `hostTaken` for one that others have.
    func checkHosts(_ hosts: [HostName], of establishment: Establishment) throws {
        for (index, host) in hosts.enumerated() {
            guard host.isBelowDomain, host.rawValue != reservedHost else {
                throw Problem(
                    .invalidBody, errors: [Problem.Detail(.pointer("/hosts/\(index)"), .noHostOfAnEstablishment)])
            }
            let owner = tenancy.map.establishment(host: host.rawValue)
            guard tenancy.territories.territory(host: host.rawValue) == nil,
                owner.map({ $0.id == establishment.id }) ?? true
            else { throw Problem(.hostTaken, detail: Phrase(verbatim: host.rawValue)) }
        }
    }

    /// - Throws: `invalidBody`, at each colour that cannot be read where it stands.
    static func checkColours(_ theme: Theme) throws {
        let errors = theme.illegible.map {
            Problem.Detail(.pointer("/theme/\($0.key)"), Phrase.illegible(on: $0.page.rawValue, contrast: $0.contrast))
        }
        guard errors.isEmpty else { throw Problem(.invalidBody, errors: errors) }
    }
}

extension LookChange {
    /// What it changes, in the directory.
    func add(of establishment: EstablishmentID, to batch: inout PostgresBatch) {
        if let colours {
            batch.add(EstablishmentStore.setTheme, establishment, colours.document.orNil?.serialized)
        }
        guard let hosts = hosts?.map(\.rawValue) else { return }
        batch.add(EstablishmentStore.keepHosts, establishment, hosts)
        batch.add(EstablishmentStore.freeClosedHosts, hosts)
        batch.add(EstablishmentStore.addHosts, establishment, hosts)
    }
}

extension Phrase {
    static let noHostOfAnEstablishment = Phrase(
        fr: "Un nom sous un domaine, en minuscules, sans port : college-des-tilleuls.ent77.fr",
        en: "A name below a domain, in lower case, without a port: college-des-tilleuls.ent77.fr")

    /// - Parameter contrast: as it is told, such as 3.2.
    static func illegible(on page: String, contrast: String) -> Phrase {
        Phrase(
            fr: "Illisible sur \(page) : le contraste est de \(contrast), il en faut 4,5.",
            en: "Cannot be read on \(page): the contrast is \(contrast), 4.5 is needed.")
    }
}
