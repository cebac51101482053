internal import Cryptography
package import Runtime
internal import SAMLExchange

/// Every registered service at one version of the directory; an immutable whole, swapped at once. Looking one up costs the
/// same with one service and with thousands, unless they share a host.
package final class PartnerSet: Sendable {
    package let version: Int64
    /// By name.
    package let all: [PartnerService]
    /// Makes pairwise numbers; never leaves the process.
    let pairwiseKey: HMACKey
    private let byHost: [String: [Int]]
    private let byClient: [String: Int]
    private let byEntity: [String: Int]
    private let byID: [UUID: Int]
    private let origins: Set<String>

    package static let empty = PartnerSet(version: 0, all: [], pairwiseSecret: [])

    package init(version: Int64, all services: [PartnerService], pairwiseSecret: [UInt8]) {
        self.version = version
        pairwiseKey = HMACKey(pairwiseSecret)
        all = services.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        var byHost: [String: [Int]] = [:]
        var byClient: [String: Int] = [:]
        var byEntity: [String: Int] = [:]
        var byID: [UUID: Int] = [:]
        var origins: Set<String> = []
        for (index, service) in all.enumerated() {
            byID[service.id] = index
            guard service.isEnabled else { continue }
            if service.kind == .saml, let entity = service.settings.serviceProvider?.entityID, byEntity[entity] == nil {
                byEntity[entity] = index
            }
            if let client = service.clientID {
                byClient[client] = index
                origins.formUnion(service.settings.origins)
            }
            for pattern in service.settings.patterns {
                let key = (pattern.coversSubdomains ? "*." : "") + pattern.url.host
                if byHost[key]?.last != index { byHost[key, default: []].append(index) }
            }
        }
        self.byHost = byHost
        self.byClient = byClient
        self.byEntity = byEntity
        self.byID = byID
        self.origins = origins
    }

    package subscript(id: UUID) -> PartnerService? { byID[id].map { all[$0] } }

    package func client(_ id: String) -> PartnerService? { byClient[id].map { all[$0] } }

    /// The service provider of SAML with this entity ID, compared character by character.
    package func serviceProvider(_ entityID: String) -> PartnerService? { byEntity[entityID].map { all[$0] } }

    /// Whether pages of this origin may call us from a browser.
    package func isFront(_ origin: String) -> Bool { origins.contains(origin) }

    /// The services of a protocol that an address belongs to: the longest pattern first, since the more particular
    /// registration is the one meant.
    package func services(_ kind: PartnerService.Kind, at url: PartnerURL) -> [PartnerService] {
        var found: [(length: Int, service: PartnerService)] = []
        func look(_ key: String) {
            for index in byHost[key] ?? [] where all[index].kind == kind {
                let lengths = all[index].settings.patterns.lazy.filter { $0.covers(url) }.map(\.text.utf8.count)
                if let length = lengths.max() { found.append((length, all[index])) }
            }
        }
        look(url.host)
        var rest = Substring(url.host)
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            look("*." + rest)
        }
        return found.sorted { $0.length > $1.length }.map(\.service)
    }
}
