package import SAMLExchange
package import Web

extension IdentityProviderFacts {
    package var json: JSON {
        func texts(_ list: [String]) -> JSON { .array(list.map { .string($0) }) }
        return .object([
            JSON.Member("entity_id", .string(entityID)), JSON.Member("sign_on_url", .string(signOnURL)),
            JSON.Member(
                "logouts",
                .array(
                    logouts.map { logout in
                        .object(
                            [
                                JSON.Member("binding", .string(logout.binding)),
                                JSON.Member("url", .string(logout.url)),
                            ] + (logout.responseURL.map { [JSON.Member("response_url", .string($0))] } ?? []))
                    })), JSON.Member("certificates", texts(certificates)),
            JSON.Member("name_id_formats", texts(nameIDFormats)),
        ])
    }

    /// Nil for an address that is none, and for what nothing works without.
    init?(_ json: JSON) {
        func texts(_ name: String) -> [String] { json[name]?.elements?.compactMap(\.text) ?? [] }
        var logouts: [ServiceProviderFacts.Logout] = []
        for logout in json["logouts"]?.elements ?? [] {
            guard let binding = logout["binding"]?.text, let url = logout["url"]?.text else { return nil }
            logouts.append(
                ServiceProviderFacts.Logout(binding: binding, url: url, responseURL: logout["response_url"]?.text))
        }
        self.init(
            entityID: json["entity_id"]?.text ?? "", signOnURL: json["sign_on_url"]?.text ?? "", logouts: logouts,
            certificates: texts("certificates"), nameIDFormats: texts("name_id_formats"))
        guard isComplete, urls.allSatisfy({ PartnerURL($0) != nil }) else { return nil }
    }
}
