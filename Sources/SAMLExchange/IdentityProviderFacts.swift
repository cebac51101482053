/// What is used of an identity provider's metadata, and nothing else of it.
package struct IdentityProviderFacts: Sendable, Equatable {
    package var entityID: String
    /// Where people are sent with a request, by redirect.
    package var signOnURL: String
    package var logouts: [ServiceProviderFacts.Logout]
    /// Base64 of DER; what is not signed with one of these is believed by nobody.
    package var certificates: [String]
    package var nameIDFormats: [String]

    package init(
        entityID: String, signOnURL: String, logouts: [ServiceProviderFacts.Logout], certificates: [String],
        nameIDFormats: [String]
    ) {
        self.entityID = entityID
        self.signOnURL = signOnURL
        self.logouts = logouts
        self.certificates = certificates
        self.nameIDFormats = nameIDFormats
    }

    /// - Parameter lines: as `classo_facts_of_metadata` writes them of an identity provider.
    package init?(lines text: String) {
        self.init(entityID: "", signOnURL: "", logouts: [], certificates: [], nameIDFormats: [])
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            switch (parts[0], parts.count) {
            case ("entity", 2): entityID = parts[1]
            case ("format", 2): nameIDFormats.append(parts[1])
            case ("key", 3):
                if parts[1] != "encryption" { certificates.append(parts[2]) }
            case ("sign-on", 3):
                if parts[1] == ServiceProviderFacts.redirect, signOnURL.isEmpty { signOnURL = parts[2] }
            case ("logout", 4):
                logouts.append(
                    ServiceProviderFacts.Logout(
                        binding: parts[1], url: parts[2], responseURL: parts[3].isEmpty ? nil : parts[3]))
            case ("requests-signed", 1): break
            default: return nil
            }
        }
        guard isComplete else { return nil }
    }

    /// Bounded, and with what nothing works without.
    package var isComplete: Bool {
        (1...1024).contains(entityID.utf8.count) && (1...2000).contains(signOnURL.utf8.count) && logouts.count <= 10
            && (1...5).contains(certificates.count) && nameIDFormats.count <= 20
            && certificates.allSatisfy { (1...8192).contains($0.utf8.count) }
    }

    package var urls: [String] { [signOnURL] + logouts.map(\.url) + logouts.compactMap(\.responseURL) }
}
